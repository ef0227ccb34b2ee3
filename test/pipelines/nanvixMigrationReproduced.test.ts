import { describe, expect, it } from 'vitest'
import { nanvixEarlier } from '../../lib/world/kernelCosts'
import { mppaWiring } from '../../lib/world/mppaWiring'
import { nanvixMigrationCircle } from '../../pipelines/reproduce/nanvixMigrationCircle'
import { nanvixMigrationMeasured } from '../../pipelines/reproduce/nanvixMigrationMeasured'
import { nanvixMigrationRun } from '../../pipelines/reproduce/nanvixMigrationRuns'
import { nanvixMigrationVariant } from '../../pipelines/reproduce/nanvixMigrationVariants'

const wiring = mppaWiring()
const { alone, parallel } = nanvixMigrationMeasured()

describe('migrations of Nanvix', () => {
  it('were measured by 17 threads and 7 counts of pages, and 1 to 8 at once', () => {
    expect([alone.length, parallel.map(({ migrations }) => migrations)]).toEqual([119, [1, 2, 4, 8]])
  })

  it('take what was measured within 2 %, below 16 threads and above', async () => {
    for (const [threads, pages] of [
      [1, 0],
      [6, 16],
      [15, 32],
      [16, 32],
      [17, 4]
    ]) {
      const measured = alone.find((one) => one.threads === threads && one.pages === pages)!.meanMs
      const model = await nanvixMigrationRun({ threads, pages, wiring })
      expect(Math.abs(model / measured - 1), `${threads} threads, ${pages} pages: ${model}`).toBeLessThan(0.02)
    }
  })

  it('jump by a tick for each call as soon as there are more threads than cores, and not before', async () => {
    const of = (threads: number, asksNode = 1) => nanvixMigrationRun({ threads, pages: 0, asksNode, wiring })
    const [below, above, more] = [await of(15), await of(16), await of(16, 2)]
    expect(Math.round((above - below) / 10)).toBe(5)
    expect(Math.round((more - above) / 10)).toBe(1)
    expect(Math.round((await of(15, 2)) - below)).toBe(0)
  })

  it('do not disturb each other', async () => {
    const of = (pairs: number) => nanvixMigrationRun({ threads: 17, pages: 32, pairs, asksNode: 2, wiring })
    expect(Math.abs((await of(8)) / (await of(1)) - 1)).toBeLessThan(0.01)
  })

  it('took 226 ms for 352.8 KB by the earlier implementation, and would take 63 by the later', async () => {
    const image = { threads: 1, pages: 0, userBytes: Math.round(342.8 * 1024), wiring }
    expect(Math.round(await nanvixMigrationRun({ ...image, kernel: nanvixEarlier }))).toBe(226)
    expect(Math.round(await nanvixMigrationRun(image))).toBe(63)
  })

  it('go round all 16 clusters and back', async () => {
    expect((await nanvixMigrationCircle(1, wiring)).moves).toBe(16)
  })

  it('of a process that writes stop it for less than half the time where its pages are copied while it runs, or after', async () => {
    const [nanvix, precopy, postcopy] = [
      await nanvixMigrationVariant('nanvix', 1),
      await nanvixMigrationVariant('precopy', 1),
      await nanvixMigrationVariant('postcopy', 1)
    ]
    expect(precopy.downtimeMs).toBeLessThan(nanvix.downtimeMs / 2)
    expect(postcopy.downtimeMs).toBeLessThan(nanvix.downtimeMs / 2)
    expect(precopy.pieces).toBeGreaterThan(nanvix.pieces)
    expect(postcopy.pieces).toBe(nanvix.pieces)
  })
})
