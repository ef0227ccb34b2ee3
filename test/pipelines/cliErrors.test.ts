import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { action } from '../../pipelines/commands/action'
import { engines } from '../../pipelines/engines'
import { traceFile } from '../../pipelines/experiment/shippedTraces'
import { said } from './terminal'

const folder = mkdtempSync(join(tmpdir(), 'transhume-cli-errors-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const small = (changes: object = {}): string =>
  JSON.stringify({
    guest: { memory: '1 MiB', workload: { type: 'uniform', writesPerSecond: 1000 } },
    link: { bandwidth: '1 Gbit/s' },
    techniques: [{ type: 'pre-copy' }],
    ...changes
  })

const ofAnotherVersion = (): Uint8Array => {
  const bytes = readFileSync(traceFile('zstd')).subarray(0, 4096)
  bytes.writeUInt32LE(7, 8)
  return bytes
}

const size = 'a size with its unit, such as "512 MiB" (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)'
const time = 'a time above zero with its unit, such as "300 ms" (ns, us, ms, s, min, h)'
const rate = 'a rate above zero with its unit, such as "10 Gbit/s" (bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, MB/s, GB/s, MiB/s, GiB/s)'
const shipped = 'a trace file, or one of the shipped traces sort, sqlite, zstd'

describe('bad input', () => {
  const cases: readonly (readonly [fact: string, words: readonly string[], message: string])[] = [
    [
      'an unknown field',
      ['run', file('field.json', small({ guests: 1 }))],
      `${folder}/field.json: guests: expected no such field (the fields are guest, link, techniques, source, target, targetMemory, targetDisk, redirect, fidelity, faults, stalls, sender, progressEvery, startAt, limit, seed), got 1`
    ],
    [
      'a wrong unit in a file',
      ['run', file('unit.json', small({ link: { bandwidth: '10 GB' } }))],
      `${folder}/unit.json: link.bandwidth: expected ${rate}, got "10 GB"`
    ],
    ['a wrong unit on the command line', ['compare', '--bandwidth', '10 Gb'], `--bandwidth: expected ${rate}, got "10 Gb"`],
    [
      'a negative size in a file',
      ['run', file('negative.json', small({ guest: { memory: '-1 MiB', workload: { type: 'idle' } } }))],
      `${folder}/negative.json: guest.memory: expected ${size}, got "-1 MiB"`
    ],
    ['a negative size on the command line', ['run', '--memory=-4KiB'], `--memory: expected ${size}, got "-4KiB"`],
    [
      'a trace of another version',
      ['compare', '--trace', file('version.trace', ofAnotherVersion())],
      `--trace: ${folder}/version.trace: byte 8: expected version 1 of the format, got version 7; record the trace anew with this release`
    ],
    [
      'an empty trace',
      ['compare', '--trace', file('empty.trace', '')],
      `--trace: ${folder}/empty.trace: byte 0: expected a trace file, got an empty file; record the trace anew`
    ],
    [
      'an empty trace to look at',
      ['trace', join(folder, 'empty.trace')],
      `${folder}/empty.trace: byte 0: expected a trace file, got an empty file; record the trace anew`
    ],
    [
      'a trace with a page outside of the guest',
      ['run', '--trace', 'zstd', '--memory', '4 MiB'],
      '--memory: expected at least 12447744 B, the 3039 pages that the workload touches, got 4194304 B: page 3038 would lie outside the guest'
    ],
    [
      'a workload with a page outside of the guest',
      [
        'run',
        file('page.json', small({ guest: { memory: '1 MiB', workload: { type: 'sweep', pages: 200, from: 100, writesPerSecond: 1 } } }))
      ],
      `${folder}/page.json: guest.memory: expected at least 1228800 B, the 300 pages that the workload touches, got 1048576 B: page 299 would lie outside the guest`
    ],
    [
      'a trace that is not there',
      ['trace', 'lost'],
      `lost: expected ${shipped}, got no such file; npm start -- record --help shows how to make one`
    ],
    [
      'a trace of a file that is not there',
      ['run', file('lost.json', small({ guest: { workload: { type: 'recorded', trace: 'lost' } } }))],
      `${folder}/lost.json: guest.workload.trace: lost: expected ${shipped}, got no such file; npm start -- record --help shows how to make one`
    ],
    [
      'a configuration that is not there',
      ['run', join(folder, 'nowhere.json')],
      `${folder}/nowhere.json: expected a configuration file in JSON, got no such file; npm start -- run --example prints one`
    ],
    [
      'a journal that is not there',
      ['replay', join(folder, 'none.jsonl')],
      `${folder}/none.jsonl: expected a journal file (JSON lines), got no such file; npm start says where it writes journals`
    ],
    [
      'an unknown technique',
      ['compare', '--technique', 'pre-copy,postcopy'],
      `--technique: expected one of stop-and-copy, pre-copy, pre-copy-skip, pre-copy-clark, pre-copy-throttle, post-copy-demand, post-copy-push, post-copy, post-copy-pivots, post-copy-lru, hybrid, tlm, tlm-1s, qemu-7.2, qemu-10.2, ${engines.map(({ name }) => name).join(', ')}, got "postcopy"`
    ],
    [
      'an unknown engine, be it of a hop',
      ['run', file('engine.json', small({ techniques: [{ type: 'hops', hops: [{ type: 'engine', engine: 'xen' }] }] }))],
      `${folder}/engine.json: techniques[0].hops[0].engine: expected one of ${engines.map(({ name }) => name).join(', ')}, got "xen"`
    ],
    [
      'hops without a hop',
      ['run', file('hops.json', small({ techniques: [{ type: 'hops', hops: [] }] }))],
      `${folder}/hops.json: techniques[0]: expected hops: pipelines must not be empty, got none`
    ],
    [
      'a benchmark that begins within a second',
      ['run', file('npb.json', small({ guest: { workload: { type: 'npb', benchmark: 'BT', beginAt: '1500 ms' } } }))],
      `${folder}/npb.json: guest.workload: expected npb: beginAt must be whole seconds, got 1.5 s`
    ],
    [
      'a dirty limit of a QEMU that has none',
      ['run', file('dirtyLimit.json', small({ techniques: [{ type: 'qemu', version: '7.2', dirtyLimit: true }] }))],
      `${folder}/dirtyLimit.json: techniques[0]: expected qemu: dirtyLimit must be of version 10.2, or of any from 8.1 on; 7.2 has vcpuDirtyLimit, got 7.2`
    ],
    [
      'a disk that QEMU 1.2 would leave behind',
      [
        'run',
        file(
          'behind.json',
          small({
            guest: { memory: '1 MiB', workload: { type: 'idle' }, disk: { size: '8 MiB' } },
            techniques: [{ type: 'hops', hops: [{ type: 'engine', engine: 'qemu-1.2' }] }]
          })
        )
      ],
      `${folder}/behind.json: techniques[0].hops[0].engine: expected an engine that brings the disk along, or a disk on shared storage, got qemu-1.2, which moves memory alone`
    ],
    [
      'a link mended before it breaks',
      ['run', file('mended.json', small({ faults: [{ at: '2 s', what: 'link', until: '1 s' }] }))],
      `${folder}/mended.json: faults: expected until must be an integer from 2000000000 on, got 1000000000`
    ],
    [
      'a lane that stands still backwards',
      ['run', file('stall.json', small({ stalls: [{ from: '2 s', until: '1 s' }] }))],
      `${folder}/stall.json: stalls: expected until must be an integer not before from 2000000000, got 1000000000`
    ],
    [
      'more cores than there can be',
      ['run', file('cores.json', small({ techniques: [{ type: 'tlm', overcommit: [{ after: 2, cores: 1 }] }] }))],
      `${folder}/cores.json: techniques[0].overcommit[0].after: expected a number from 0 to 1, got 2`
    ],
    ['an unknown form', ['compare', '--format', 'xml'], '--format: expected "text" or "markdown" or "csv" or "json", got "xml"'],
    [
      'a rule whose figures are out of range',
      ['run', file('rule.json', small({ techniques: [{ type: 'pre-copy', skip: { type: 'frequentlyDirtied', atLeast: 3, of: 2 } }] }))],
      `${folder}/rule.json: techniques[0]: expected frequentlyDirtied: of must be an integer of at least 3, got 2`
    ],
    [
      'a trace beside a workload',
      ['run', '--trace', 'zstd', '--workload', 'uniform', '--memory', '4MiB'],
      '--trace, --workload: expected one of the two, got both'
    ],
    [
      'the speed of a program where none runs',
      ['run', '--workload', 'uniform', '--memory', '4MiB', '--instructions-per-second', '1e9'],
      '--instructions-per-second: expected a recorded program, whose speed it is, got the workload uniform'
    ],
    [
      'writes of a recorded program',
      ['compare', '--writes-per-second', '100'],
      '--writes-per-second: expected a workload of sweep, uniform, hotCold, zipf, got the recorded program zstd'
    ],
    [
      'reads of a workload that has no rate',
      ['run', '--workload', 'asFastAsPossible', '--memory', '1MiB', '--reads-per-second', '1'],
      '--reads-per-second: expected a workload of sweep, uniform, hotCold, zipf, got the workload asFastAsPossible'
    ],
    [
      'virtual CPUs of a recorded program',
      ['run', '--trace', 'sort', '--vcpus', '2'],
      '--vcpus: expected a synthetic workload, got the recorded program sort'
    ],
    [
      'a workload without memory',
      ['run', '--workload', 'uniform'],
      '--memory: expected a size for the workload uniform to work on, got none; add --memory 512MiB, or any other size'
    ],
    [
      'a workload of a file without memory',
      ['run', file('pages.json', small({ guest: { workload: { type: 'uniform', writesPerSecond: 1 } } }))],
      `${folder}/pages.json: guest.workload: expected pages here or memory in guest, got neither`
    ],
    [
      'a downtime limit for techniques of a file',
      ['run', file('limit.json', small()), '--downtime-limit', '1ms'],
      '--downtime-limit: expected a pre-copy named by --technique that stops by it, got the techniques of the configuration file'
    ],
    [
      'a downtime limit for techniques that have none',
      ['compare', '--technique', 'post-copy,stop-and-copy', '--downtime-limit', '1ms'],
      '--downtime-limit: expected a pre-copy named by --technique that stops by it, got post-copy, stop-and-copy'
    ],
    ['no time at all', ['run', '--limit', '0s'], `--limit: expected ${time}, got "0s"`],
    [
      'no time at all in a file',
      ['run', file('none.json', small({ limit: '0 s' }))],
      `${folder}/none.json: limit: expected ${time}, got "0 s"`
    ],
    ['no bandwidth', ['run', '--bandwidth', '0bit/s'], `--bandwidth: expected ${rate}, got "0bit/s"`],
    [
      'a folder for a configuration',
      ['run', folder],
      `${folder}: expected a configuration file in JSON, got a folder; npm start -- run --example prints one`
    ],
    [
      'a folder for a journal',
      ['replay', folder],
      `${folder}: expected a journal file (JSON lines), got a folder; npm start says where it writes journals`
    ],
    [
      'a device for a journal',
      ['replay', '/dev/null'],
      '/dev/null: expected a journal file (JSON lines), got something that is not a regular file; npm start says where it writes journals'
    ],
    [
      'a journal cut in a line',
      ['replay', file('cut.jsonl', '{"type":"began","version":1,"at":0,"seed":1,"startAt":0,"until":60000')],
      `${folder}/cut.jsonl: line 1: expected an object in JSON, got {"type":"began","version":1,"at":0,"seed":1,"startAt":0,"un…`
    ],
    [
      'two techniques of one name',
      ['run', file('twice.json', small({ techniques: [{ type: 'pre-copy' }, { type: 'pre-copy' }] }))],
      `${folder}/twice.json: techniques[1].name: expected a name that no other technique has, got "pre-copy"`
    ]
  ]

  it.each(cases)('%s is one readable error, exit code 2, and nothing is written', async (_, words, message) => {
    const journals = join(folder, 'journals')
    const named = words[0] === 'trace' || words[0] === 'replay' ? [] : ['--journals', journals]
    const before = readdirSync(folder)
    expect(await said(...words, ...named)).toEqual({ out: '', err: `${message}\n`, code: 2 })
    expect(readdirSync(folder)).toEqual(before)
  })

  it('every error of a file is told at once', async () => {
    const both = file('both.json', small({ guests: 1, startAt: '3 parsecs' }))
    const { err, code } = await said('run', both)
    expect(code).toBe(2)
    expect(err.trimEnd().split('\n')).toHaveLength(2)
  })

  it('an unknown flag or command is a wrong use, exit code 2', async () => {
    expect(await said('compare', '--bandwith', '1Gbit/s')).toEqual({
      out: '',
      err: "error: unknown option '--bandwith'\n(Did you mean --bandwidth?)\n(add --help for what there is)\n",
      code: 2
    })
    expect((await said('migrate')).code).toBe(2)
  })

  it('a flag of no use to a command, or given twice with two values, is a wrong use, exit code 2', async () => {
    expect(await said('--seed', '2', 'run', '--seed', '3')).toEqual({
      out: '',
      err: "error: option '--seed' is given twice, as 2 before run and as 3 after it\n(add --help for what there is)\n",
      code: 2
    })
    expect(await said('--quiet', 'trace')).toEqual({
      out: '',
      err: "error: trace has no option '--quiet'\n(add --help for what there is)\n",
      code: 2
    })
  })

  it('what the file system refuses is told in words', async () => {
    const names = [
      ['mkdir', 'EEXIST', 'a folder that can be made, got something that is there already'],
      ['mkdir', 'ENOTDIR', 'a folder that can be made, got a path through something that is no folder'],
      ['open', 'EACCES', 'a file that can be opened, got no permission'],
      ['open', 'ENOENT', 'a file that can be opened, got no such file or folder'],
      ['write', 'ENOSPC', 'room to write, got a full disk'],
      ['frobnicate', 'EODD', 'something that the system can frobnicate, got EODD']
    ] as const
    for (const [syscall, code, message] of names) {
      const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
      await action(() => Promise.reject(Object.assign(new Error('no'), { syscall, code, path: '/a' })))()
      expect(stderr.mock.calls).toEqual([[`/a: expected ${message}\n`]])
      expect(process.exitCode).toBe(2)
      process.exitCode = undefined
      stderr.mockRestore()
    }
    const bug = Object.assign(new Error('no'), { code: 'ERR_OURS' })
    await expect(action(() => Promise.reject(bug))()).rejects.toBe(bug)
  })

  it('a damaged line of a journal is named', async () => {
    const { code, err } = await said('replay', file('damaged.jsonl', '{"type":"ended","at":0}\n'))
    expect(code).toBe(2)
    expect(err).toMatch(/^.*damaged\.jsonl: line 1: migration: expected a string, got nothing$/m)
    expect(existsSync(join(folder, 'journals'))).toBe(false)
  })
})
