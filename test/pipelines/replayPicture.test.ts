import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeJournal } from '../../lib/codec/journal'
import type { Journal } from '../../lib/protocol/journal'
import { chip } from '../../lib/world/chip'
import { gather } from '../../pipelines/collectives/gather'
import { journalOf } from '../../properties/journalOf'
import { smallJournals } from '../report/spaceTimeJournals'
import { said } from './terminal'

const folder = mkdtempSync(join(tmpdir(), 'transhume-picture-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const written = (name: string, journal: Journal): string => {
  const path = join(folder, name)
  writeFileSync(path, [...encodeJournal(journal)].join(''))
  return path
}
const gathered = journalOf(gather({ clusters: 3, over: 'portal' }), chip())

describe('replay of a chip', () => {
  it('says what the links carried, and draws it where --svg names a file', async () => {
    const [file, svg] = [written('chip.jsonl', gathered), join(folder, 'chip.svg')]
    const { out, err, code } = await said('replay', file, '--svg', svg)
    expect({ err, code }).toEqual({ err: `the picture of ${file}: ${svg}\n`, code: 0 })
    expect(out).toMatch(/^seed 1: 18 clusters on mppa256, source routes, packet by packet; a link carries 1\.6 GB\/s each way/)
    expect(out).toMatch(/\ncc0 → io0 +3,135 +0 /)
    const picture = readFileSync(svg, 'utf8')
    expect(picture).toContain('<title>Load of the data network on chip, and threads, seed 1</title>')
    expect(picture).toContain('cc0 → io0: 3,135 flits')
  })

  it('does not replace a picture unasked, nor draw several journals as one', async () => {
    const [file, svg] = [written('again.jsonl', gathered), join(folder, 'again.svg')]
    writeFileSync(svg, 'mine')
    expect(await said('replay', file, '--svg', svg)).toMatchObject({
      err: `--svg: expected a file that does not exist yet, got ${svg}; name another, or add --force to replace it\n`,
      code: 2
    })
    expect(readFileSync(svg, 'utf8')).toBe('mine')
    expect((await said('replay', file, '--svg', svg, '--force')).code).toBe(0)
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg /)
    expect(await said('replay', file, file, '--svg', join(folder, 'both.svg'))).toMatchObject({
      err: '--svg: expected the one journal to draw, got 2 of them\n',
      code: 2
    })
    expect(await said('replay', file, '--force')).toMatchObject({
      err: '--force: expected a file to replace, got none; name it with --svg\n',
      code: 2
    })
  })

  it('shows a span of time, and says what is wrong with one', async () => {
    const file = written('span.jsonl', gathered)
    const { out, code } = await said('replay', file, '--from', '100us', '--until', '0.2ms')
    expect(code).toBe(0)
    expect(out).toContain('entries, 100 µs to 200 µs, in 98 windows of 1.024 µs')
    expect(await said('replay', file, '--from', '1ms', '--until', '100us')).toMatchObject({
      err: '--until: expected a time after 1ms, got 100us\n',
      code: 2
    })
    expect((await said('replay', file, '--from', '1')).err).toMatch(/^--from: expected a time with its unit/)
    const other = written('none.jsonl', smallJournals().postcopy)
    expect(await said('replay', other, '--until', '1ms')).toMatchObject({
      err: `--until: expected journals of a chip, got ${other}, which is of another world\n`,
      code: 2
    })
  })

  it('draws the space-time diagram of a journal of another world', async () => {
    const [file, svg] = [written('other.jsonl', smallJournals().postcopy), join(folder, 'other.svg')]
    expect((await said('replay', file, '--svg', svg)).code).toBe(0)
    expect(readFileSync(svg, 'utf8')).toContain('class="space-time"')
  })

  it('shows chips and migrations side by side', async () => {
    const { out, code } = await said('replay', written('one.jsonl', gathered), written('two.jsonl', smallJournals().postcopy))
    expect(code).toBe(0)
    expect(out).toMatch(/^technique .*\n(?:.|\n)*\n\nseed 1: 18 clusters/)
  })

  it('refuses a chip whose description is not whole', async () => {
    const [began, ...others] = gathered
    const broken = { ...began, world: { world: 'chip' } } as typeof began
    const file = written('broken.jsonl', [broken, ...others])
    expect(await said('replay', file)).toMatchObject({
      err: `${file}: line 1: world: expected a chip as run writes it, got the description of the chip in the journal is not whole\n`,
      code: 2
    })
  })
})
