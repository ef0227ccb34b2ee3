import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { session } from './session'
import { said as saidHere } from './terminal'

const root = resolve(__dirname, '../../..')
const folder = mkdtempSync(join(tmpdir(), 'transhume-explore-'))
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { said: perform, end } = session()
const said = (...words: readonly string[]) => perform('explore', ...words)
afterAll(end)

const mine = join(folder, 'mine.ts')
writeFileSync(
  mine,
  [
    "import { pipe } from 'fp-ts/lib/function'",
    "import { phase, push, stages, stopRule, type Pipeline } from 'transhume'",
    "import { precopy } from 'transhume/pipelines'",
    "import * as O from 'fp-ts/lib/Option'",
    'export const forgetful: Pipeline = (guest) =>',
    '  pipe(',
    '    stages.prepare(),',
    "    phase.andThen('push', () => push({ until: stopRule.roundsAtMost(1) })(guest)),",
    "    phase.andThen('copy', ({ owed }) => pipe(",
    '      stages.pause(),',
    "      phase.andThen('send', (clockNs) => pipe(",
    "        phase.request({ type: 'send', pages: owed, place: 'always' }),",
    "        phase.andThen('switch', () => stages.switchOver({ clockNs }))",
    '      ))',
    '    )),',
    "    phase.andThen('release', stages.release),",
    '    stages.concluded',
    '  )',
    'export const asking = { choosing: (choose) => precopy({ until: stopRule.or(stopRule.roundsAtMost(2), () => (choose() ? O.some("enough") : O.none)) }) }'
  ].join('\n')
)

describe('explore', () => {
  it('says of a technique by name that it holds, what was seen, and how it may end', async () => {
    const { out, code } = await saidHere('explore', 'preCopy', '--pages', '2', '--writes', '1', '--faults', '1', '--fail', 'link')
    expect(code).toBe(0)
    expect(out).toMatch(
      /^pre-copy: holds in every interleaving of 2 pages, 1 write, 1 fault \([\d,]+ states, [\d,]+ transitions, depth \d+, /
    )
    expect(out).toContain('may be completed')
    expect(out).toContain('may be aborted: the link failed')
    expect(out).not.toContain('the source failed')
  })

  it('shows the shortest violation of a file’s pipeline in words and as a diagram, and ends with 1', async () => {
    const svg = join(folder, 'wrong.svg')
    const { out, code } = await said(mine, '--export', 'forgetful', '--pages', '1', '--writes', '1', '--svg', svg, '--journal')
    expect(code).toBe(1)
    expect(out).toContain('mine.ts: forgetful breaks noPageLost after 12 choices, which are the fewest')
    expect(out).toMatch(/ the guest writes page 0\n/)
    expect(out).toContain('▲▲▲  broken:   noPageLost')
    expect(out).toContain('"type":"compared"')
    expect(readFileSync(svg, 'utf8')).toContain('mine.ts: forgetful breaks noPageLost')
  })

  it('explores every pipeline of a file, also one that asks, and gives the results for programs', async () => {
    const { out, code } = await said(mine, '--pages', '1', '--writes', '1', '--json')
    const [forgetful, asking] = JSON.parse(out)
    expect(code).toBe(1)
    expect(forgetful).toMatchObject({
      explored: 'mine.ts: forgetful',
      holds: false,
      invariant: 'noPageLost',
      scope: { pages: 1, writes: 1 }
    })
    expect(forgetful.path).toHaveLength(12)
    expect(forgetful.journal[0].type).toBe('began')
    expect(asking).toMatchObject({ explored: 'mine.ts: asking', holds: true, complete: true, outcomes: [{ type: 'completed' }] })
  })

  it('says so when not all was seen', async () => {
    const { out, code } = await saidHere('explore', 'hybrid', '--max-states', '100')
    expect(code).toBe(0)
    expect(out).toContain('hybrid: nothing wrong so far, and not all was seen, of 3 pages, 4 writes, 0 faults')
  })

  it('refuses what it does not know with 2', async () => {
    expect(await saidHere('explore', 'nothing')).toMatchObject({
      code: 2,
      err: expect.stringContaining('explore: expected a file, or one of ')
    })
    expect(await saidHere('explore', 'hybrid', '--pages', '0', '--fail', 'roof')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--pages: expected an integer >= 1.*\n--fail: expected some of link, source, target, got "roof"/)
    })
  })

  it('ends with 130 when it is interrupted, and says how far it was', async () => {
    const running = saidHere('explore', 'post-copy', '--pages', '4', '--faults', '2')
    setTimeout(() => process.emit('SIGINT'), 500)
    const { err, code } = await running
    expect(code).toBe(130)
    expect(err).toMatch(/post-copy: stopped at [\d,]+ states, depth \d+; nothing wrong so far\ninterrupted\n/)
  })
})
