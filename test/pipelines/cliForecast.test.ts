import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { said } from './terminal'

const folder = mkdtempSync(join(tmpdir(), 'transhume-forecast-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const guest = ['--workload', 'uniform', '--memory', '64MiB', '--writes-per-second', '2000', '--start-at', '1ms', '--guest', 'vm']

const onTerminal = async <A>(perform: () => Promise<A>): Promise<A> => {
  const { isTTY, columns } = process.stderr
  Object.assign(process.stderr, { isTTY: true, columns: 200 })
  try {
    return await perform()
  } finally {
    Object.assign(process.stderr, { isTTY, columns })
  }
}

describe('progress and forecasts on the command line', () => {
  it('a terminal is shown technique, virtual time, part done, rate, downtime and what remains', async () => {
    const { err } = await onTerminal(() => said('run', ...guest, '--no-journals', '--progress-every', '10us'))
    expect(err).toMatch(
      /pre-copy \(1 of 1\): [\d.]+ (ms|s) of virtual time: round \d+, \d+ %, ~?[\d.]+ MB\/s(, dirtied [\d,]+ pages\/s)?, down [\d.]+ .?s, .* left/
    )
  })

  it('nothing is shown when piped or told to be quiet', async () => {
    expect((await said('run', ...guest, '--no-journals')).err).toBe('')
    expect((await onTerminal(() => said('run', ...guest, '--no-journals', '--quiet'))).err).toBe('')
  })

  it('a line is cut at the width of the terminal', async () => {
    const { err } = await onTerminal(() => {
      Object.assign(process.stderr, { columns: 40 })
      return said('run', ...guest, '--no-journals', '--progress-every', '10us')
    })
    for (const line of err.split('\r\u001b[K')) expect(line.length).toBeLessThan(40)
  })

  it('replay --forecast shows what could be said of a recorded migration, and how much of it held', async () => {
    expect((await said('compare', ...guest, '--technique', 'pre-copy,post-copy', '--journals', folder, '--force')).code).toBe(0)
    const files = [join(folder, 'pre-copy.jsonl'), join(folder, 'post-copy.jsonl')]
    const { out, err, code } = await said('replay', ...files, '--forecast')
    expect({ err, code }).toEqual({ err: '', code: 0 })
    for (const name of ['pre-copy', 'post-copy'])
      expect(out).toContain(`\n${name}: what could be said while it ran (intervals of 80 %), and what came\n`)
    const found = [...out.matchAll(/(\d+) of (\d+) intervals held/g)]
    expect(found).toHaveLength(2)
    for (const [, held, all] of found) expect(Number(held) / Number(all)).toBeGreaterThan(0.7)
    expect((await said('replay', ...files)).out).not.toContain('intervals held')
  })

  it('of time-bounded migration most intervals hold, though most of the memory is zero pages and what comes last of it, too', async () => {
    const experiment = {
      guest: { kind: 'vm', memory: '1 GiB', workload: { type: 'npb', benchmark: 'MG', scale: 1 / 64 } },
      link: { bandwidth: '1 Gbit/s', latency: '100 us' },
      progressEvery: '20 ms',
      techniques: [{ type: 'tlm' }, { type: 'tlm', name: 'tlm-1s', interval: null }]
    }
    const file = join(folder, 'mg.json')
    writeFileSync(file, JSON.stringify(experiment))
    const { err, code } = await onTerminal(() => said('run', file, '--journals', folder, '--force'))
    expect(code).toBe(0)
    expect(err).toMatch(/tlm \(1 of 2\): [^\r]*: round \d+, \d+ %, .*down [\d.]+ .?s, .* left/)
    const { out } = await said('replay', join(folder, 'tlm.jsonl'), join(folder, 'tlm-1s.jsonl'), '--forecast')
    const found = [...out.matchAll(/(\d+) of (\d+) intervals held/g)]
    expect(found).toHaveLength(2)
    for (const [, held, all] of found) expect(Number(held) / Number(all)).toBeGreaterThan(0.8)
  })
})
