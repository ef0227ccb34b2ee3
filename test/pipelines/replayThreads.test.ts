import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeJournal } from '../../lib/codec/journal'
import { ranThreads, scripted } from '../../pipelines/isoThreads'
import { said } from './terminal'

const folder = mkdtempSync(join(tmpdir(), 'transhume-threads-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'threads.jsonl')
const { journal } = ranThreads({ nodes: 2 }, [
  scripted('wanderer', [{ type: 'spawn', node: 1 }, { type: 'migrate', to: 0 }, { type: 'exit' }])
])
const lines = [...encodeJournal(journal)]
writeFileSync(file, lines.join(''))

describe('replay of a journal of threads', () => {
  it('prints what they have done, and no figures of migrations that there are not', async () => {
    const { out, err, code } = await said('replay', file)
    expect({ err, code }).toEqual({ err: '', code: 0 })
    expect(out).toMatch(/^threads\.jsonl\nthread /)
    expect(out).toMatch(/^wanderer 1 0 .* completed$/m)
    expect(out).not.toContain('downtime')
  })

  it('refuses --check, because programs are not in it', async () => {
    const { err, code } = await said('replay', '--check', file)
    expect(code).toBe(2)
    expect(err).toContain(
      'got one of threads, whose programs are not in it; run the programs in replay(journal), which says where they differ'
    )
  })

  it('refuses a word that is none, by its line', async () => {
    const broken = join(folder, 'broken.jsonl')
    writeFileSync(broken, lines.join('').replace('{"type":"migrate","to":0}', '{"type":"push","word":"12"}'))
    const { err, code } = await said('replay', broken)
    expect(code).toBe(2)
    expect(err).toMatch(/line \d+: command\.order\.action\.word: expected a word of 64 bits, as "0x2a", got "12"/)
  })
})
