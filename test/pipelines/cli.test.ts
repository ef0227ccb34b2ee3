import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { exampleConfig } from '../../pipelines/commands/exampleConfig'
import { namedTechniques } from '../../pipelines/commands/usualExperiment'
import { said } from './terminal'

const root = resolve(__dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'transhume-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fresh = (): string => mkdtempSync(join(folder, 'of-'))
const little = ['--workload', 'uniform', '--memory', '1MiB', '--writes-per-second', '2000', '--start-at', '1ms']

describe('command line', () => {
  it('alone it compares every technique on a shipped trace: table, chart, seed, sentences, journals', async () => {
    const journals = join(fresh(), 'journals')
    const { out, err, code } = await said('--journals', journals)
    expect({ err, code }).toEqual({ err: '', code: 0 })
    for (const { name, sentence } of namedTechniques()) {
      expect(out).toMatch(new RegExp(`^${name} .*\\d`, 'm'))
      expect(out).toContain(sentence)
    }
    expect(out).toContain('seed 1')
    expect(out).toContain('All completed.')
    expect(out).toContain('pages left to send')
    expect(out).toContain('▓ down')
    expect(out).toContain(journals)
    expect(readdirSync(journals).sort()).toEqual(
      namedTechniques()
        .map(({ name }) => `${name}.jsonl`)
        .sort()
    )
  })

  it('run prints one technique, compare those that are named', async () => {
    const one = await said('run', ...little, '--journals', fresh(), '--format', 'csv')
    expect(one.out.split('\n').map((line) => line.split(',')[0])).toEqual(['technique', 'pre-copy', ''])
    const two = await said('compare', ...little, '--technique', 'hybrid,stop-and-copy', '--journals', fresh(), '--format', 'csv')
    expect(two.out.split('\n').map((line) => line.split(',')[0])).toEqual(['technique', 'hybrid', 'stop-and-copy', ''])
  })

  it('run tells the stages of its one migration in order', async () => {
    const { out } = await said('run', ...little, '--journals', fresh())
    const order = ['preselected', 'reserved', 'round 1', 'synced', 'suspended', 'committed', 'activated', 'redirected', 'released', 'ended']
    const places = order.map((stage) => out.search(new RegExp(`^ *[\\d.]+ .?s  ${stage}`, 'm')))
    expect(places.every((place) => place >= 0)).toBe(true)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  it('the same comparison comes as JSON for programs and as Markdown', async () => {
    const { out } = await said('compare', ...little, '--journals', fresh(), '--format', 'json')
    const runs = JSON.parse(out)
    expect(runs).toHaveLength(namedTechniques().length)
    expect(runs[0]).toMatchObject({ technique: 'stop-and-copy', outcome: { type: 'completed' }, pagesTransferred: 256 })
    expect((await said('run', ...little, '--journals', fresh(), '--format', 'markdown')).out).toMatch(/^\| technique \|/)
  })

  it('the printed example runs', async () => {
    expect((await said('run', '--example')).out).toBe(exampleConfig)
    const config = join(fresh(), 'example.json')
    writeFileSync(config, exampleConfig)
    const { out, code } = await said('run', config, '--journals', fresh(), '--format', 'csv')
    expect(code).toBe(0)
    expect(out.split('\n').map((line) => line.split(',')[0])).toEqual([
      'technique',
      'patient',
      'gentle',
      'post-copy',
      'hybrid',
      'tlm',
      'tlm-1s',
      'xen-today',
      'there and back',
      ''
    ])
    expect(
      out
        .split('\n')
        .slice(1, -1)
        .every((line) => line.includes('completed'))
    ).toBe(true)
  })

  it('equal seeds give equal journals, another seed another one', async () => {
    const journal = async (seed: string): Promise<string> => {
      const to = fresh()
      await said('run', ...little, '--seed', seed, '--journals', to)
      return readFileSync(join(to, 'pre-copy.jsonl'), 'utf8')
    }
    const [first, again, other] = [await journal('1'), await journal('1'), await journal('two')]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    expect(JSON.parse(other.split('\n')[0]).seed).toBe('two')
  })

  it('journals that exist are kept, and replaced with --force', async () => {
    const to = fresh()
    writeFileSync(join(to, 'pre-copy.jsonl'), 'mine')
    expect(await said('run', ...little, '--journals', to)).toEqual({
      out: '',
      err: `--journals: expected journals that do not exist yet, got ${to}/pre-copy.jsonl; name another folder, or add --force to replace them\n`,
      code: 2
    })
    expect(readFileSync(join(to, 'pre-copy.jsonl'), 'utf8')).toBe('mine')
    expect((await said('run', ...little, '--journals', to, '--force')).code).toBe(0)
    expect(readFileSync(join(to, 'pre-copy.jsonl'), 'utf8')).toContain('"ended"')
  })

  it('the flags of a workload go before what a file says of its own', async () => {
    const config = join(fresh(), 'own.json')
    const of = { guest: { memory: '1 MiB', workload: { type: 'zipf', writesPerSecond: 7 } }, link: { bandwidth: '1 Gbit/s' } }
    writeFileSync(config, JSON.stringify({ ...of, techniques: [{ type: 'pre-copy' }], startAt: '1 ms' }))
    const to = fresh()
    expect((await said('run', config, '--reads-per-second', '9', '--vcpus', '2', '--journals', to)).code).toBe(0)
    const [began] = readFileSync(join(to, 'pre-copy.jsonl'), 'utf8').split('\n')
    expect(JSON.parse(began).world.experiment.guest.workload).toEqual({ type: 'zipf', writesPerSecond: 7, readsPerSecond: 9, vcpus: 2 })
  })

  it('what was written is told with its size, whatever the form', async () => {
    const to = fresh()
    const { out, err } = await said('run', ...little, '--journals', to)
    const size = `${(statSync(join(to, 'pre-copy.jsonl')).size / 1000).toFixed(1)} kB`
    const line = `journals, one for each technique: ${to} (${size}; npm start -- replay FILE reads one; --no-journals writes none)`
    expect({ last: out.trimEnd().split('\n').at(-1), err }).toEqual({ last: line, err: '' })
    expect(await said('run', ...little, '--journals', to, '--force', '--format', 'csv')).toMatchObject({ err: `${line}\n` })
    expect((await said('run', ...little, '--journals', to, '--force', '--format', 'csv', '--quiet')).err).toBe('')
  })

  it('--no-journals writes none, and what is printed is the same', async () => {
    const written = await said('run', ...little, '--journals', fresh())
    const without = await said('run', ...little, '--no-journals')
    expect(without.code).toBe(0)
    expect(without.out).toBe(written.out.slice(0, written.out.indexOf('\njournals, ')))
    const [json] = JSON.parse((await said('run', ...little, '--no-journals', '--format', 'json')).out)
    expect(json).toMatchObject({ technique: 'pre-copy' })
    expect(json).not.toHaveProperty('journal')
    expect(await said('run', ...little, '--no-journals', '--journals', fresh())).toEqual({
      out: '',
      err: '--journals, --no-journals: expected one of the two, got both\n',
      code: 2
    })
    expect(await said('run', ...little, '--no-journals', '--force')).toEqual({
      out: '',
      err: '--force, --no-journals: expected one of the two, got both\n',
      code: 2
    })
  })

  it('a seed is an integer or any other text, and the one used is shown', async () => {
    const used = async (seed: string) => / seed (.*)$/m.exec((await said('run', ...little, '--no-journals', '--seed', seed)).out)?.[1]
    expect([await used('-1'), await used('abc'), await used('1.5')]).toEqual(['-1', '"abc"', '"1.5"'])
    expect((await said('run', '--help')).out.replace(/\s+/g, ' ')).toContain('any integer or text (default 1)')
    expect((await said('--help')).out.replace(/\s+/g, ' ')).toContain('any integer or text (default 1)')
  })

  it('journals go into a folder, inside of one that exists', async () => {
    const to = fresh()
    writeFileSync(join(to, 'file'), '')
    const refusal = async (named: string) => (await said('run', ...little, '--journals', named)).err
    expect(await refusal(`${to}/file/`)).toBe(`--journals: expected a folder, got ${to}/file/, a file\n`)
    expect(await refusal(join(to, 'file'))).toBe(`--journals: expected a folder, got ${to}/file, a file\n`)
    expect(await refusal(join(to, 'a/b'))).toBe(`--journals: expected a folder inside of one that exists, got ${to}/a/b\n`)
    expect(readdirSync(to)).toEqual(['file'])
  })

  it('replay prints the table and the chart of the run, and --check runs it anew', async () => {
    const to = fresh()
    const ran = await said('run', ...little, '--journals', to)
    const file = join(to, 'pre-copy.jsonl')
    const replayed = await said('replay', file, '--check')
    expect(replayed.code).toBe(0)
    const upTo = (text: string, end: RegExp): string => text.slice(0, text.search(end))
    expect(upTo(replayed.out, /^\/.*: run anew, the same \d+ entries$/m)).toBe(upTo(ran.out, /^\njournals, /m))
  })

  it('replay --check shows the first entry that differs, exit code 1', async () => {
    const to = fresh()
    await said('run', ...little, '--journals', to)
    const file = join(to, 'pre-copy.jsonl')
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, lines.map((line, i) => (i === 5 ? line.replace(/"at":(\d+)/, '"at":1$1') : line)).join('\n'))
    const { out, code } = await said('replay', file, '--check')
    expect(code).toBe(1)
    expect(out).toContain(`${file}: entry 6 differs: the journal has `)
  })

  it('a journal that was cut short is refused', async () => {
    const to = fresh()
    await said('run', ...little, '--journals', to)
    const file = join(to, 'pre-copy.jsonl')
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    writeFileSync(file, lines.slice(0, -1).join('\n'))
    expect(await said('replay', file)).toEqual({
      out: '',
      err: `${file}: line ${lines.length - 1}: expected the end of the migration guest, got the end of the file\n`,
      code: 2
    })
  })

  it('trace shows the shipped traces: pages, reads, writes, dirty rate over time, writable working set', async () => {
    const { out, code } = await said('trace')
    expect(code).toBe(0)
    for (const name of ['sort', 'sqlite', 'zstd']) expect(out).toMatch(new RegExp(`^${name}: `, 'm'))
    expect(out).toContain('pages         3,039 of 4,096 bytes (12.4 MB)')
    expect(out.match(/^dirty rate, pages\/s/gm)).toHaveLength(3)
    expect(out.match(/^writable working set/gm)).toHaveLength(3)
  })

  it('help names every command and, for every option, its default or that there is none', async () => {
    const { out, code } = await said('--help')
    expect(code).toBe(0)
    for (const command of ['run', 'compare', 'replay', 'record', 'trace']) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
    expect((await said('compare', '--help')).out).toMatch(/--bandwidth <rate> .*default\s+1Gbit\/s/s)
  })

  it('Ctrl-C ends with 130 and leaves no part of a journal', async () => {
    const to = join(fresh(), 'journals')
    const words = ['run', '--workload', 'asFastAsPossible', '--memory', '64MiB', '--technique', 'pre-copy-clark', '--progress-every', '1us']
    const child = spawn(process.execPath, [
      '--require',
      join(root, 'node_modules/tsx/dist/cjs/index.cjs'),
      join(root, 'properties/main.ts'),
      ...words,
      '--journals',
      to
    ])
    const err: string[] = []
    child.stderr.on('data', (text) => err.push(String(text)))
    const code = await new Promise((ends) => {
      const poll = setInterval(() => {
        try {
          if (readdirSync(to).some((name) => name.includes('.partial-'))) {
            clearInterval(poll)
            child.kill('SIGINT')
          }
        } catch {
          // The folder is not there yet.
        }
      }, 20)
      child.on('close', (exit) => {
        clearInterval(poll)
        ends(exit)
      })
    })
    expect({ code, err: err.join('') }).toEqual({ code: 130, err: 'interrupted: the journal under way was removed\n' })
    expect(() => readdirSync(to)).toThrow('ENOENT')
  })
})
