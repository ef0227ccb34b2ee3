import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { said } from './terminal'

const folder = mkdtempSync(join(tmpdir(), 'transhume-manage-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const fileOf = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const small = ['--vms', '60', '--hosts', '6', '--looks', '50']
const some = [...small, '--managers', 'nobody,sandpiper']
type Row = Readonly<Record<string, number | string>>
const json = async (
  ...words: readonly string[]
): Promise<{ readonly seed: unknown; readonly managers: readonly Row[]; readonly leftOut: readonly unknown[] }> => {
  const { out, err, code } = await said('manage', ...words, '--json')
  expect({ err, code }).toEqual({ err: '', code: 0 })
  return JSON.parse(out)
}

describe('manage', () => {
  it('prints one table with units, what a hotspot is, where the watts come from, and the seed; equal seeds give equal tables', async () => {
    const { out, err, code } = await said('manage', ...some, '--seed', 'a')
    expect({ err, code }).toEqual({ err: '', code: 0 })
    expect(out).toMatch(
      /^manage: 60 VMs on 6 hosts of 2 cores and 16 GiB for 4\.1 h, a look every 5 min, under 2 managers\nsource: .*made up.*; seed "a"\n/
    )
    expect(out).toMatch(
      /^manager +hotspots +overloaded +moves +failed +refused +moved +down +longest +work lost +energy +of moves +active/m
    )
    expect(out).toMatch(/^ +host looks +host h +GB +s +s +% +kWh +kJ +hosts/m)
    expect(out).toMatch(/^nobody +\d+ +\d+\.\d\d +0 +0 +0 +0\.0 +0\.00 /m)
    expect(out).toContain('SPECpower_ssj2008 of HP ProLiant ML110 G4 (Xeon 3040) and G5 (Xeon 3075)')
    expect(out).toContain('was at 2 of the last 3 looks, and is predicted to be by the last 12: one definition for all managers')
    expect((await said('manage', ...some, '--seed', 'a')).out).toBe(out)
    expect((await said('manage', ...some, '--seed', 'b')).out).not.toBe(out)
  })

  it('gives records with units in their names; a manager that moves VMs has fewer hotspots than nobody, and pays for it', async () => {
    const { seed, managers } = await json(...small, '--seed', '1')
    expect(seed).toBe(1)
    const [nobody, sandpiper, , threshold] = managers
    expect(nobody).toMatchObject({
      manager: 'nobody',
      migrations: 0,
      movedGigabytes: 0,
      downtimeSeconds: 0,
      moveEnergyKilojoules: 0,
      meanActiveHosts: 6
    })
    expect(sandpiper.manager).toBe('sandpiper')
    expect(Number(sandpiper.hotspotHostLooks)).toBeLessThan(Number(nobody.hotspotHostLooks))
    expect(Number(sandpiper.downtimeSeconds)).toBeGreaterThan(0)
    expect(Number(sandpiper.moveEnergyKilojoules)).toBeGreaterThan(0)
    expect(Number(threshold.energyKilowattHours)).toBeLessThan(Number(nobody.energyKilowattHours))
  })

  it('moves cost what the technique takes, or what is assumed', async () => {
    const figures = async (...words: readonly string[]): Promise<Row> =>
      (await json(...small, '--managers', 'sandpiper', '--seed', '1', ...words)).managers[0]
    const [precopy, stopped, assumed, slow] = [
      await figures(),
      await figures('--technique', 'stopandcopy'),
      await figures('--moves', 'assumed'),
      await figures('--link', '100Mbit/s')
    ]
    expect(Number(stopped.longestDowntimeSeconds)).toBeGreaterThan(5)
    expect(Number(precopy.longestDowntimeSeconds)).toBeLessThan(0.35)
    expect(Number(slow.longestDowntimeSeconds)).toBeGreaterThan(0)
    expect(assumed.downtimeSeconds).toBe(0)
  })

  it('counts what services drop and answer too late', async () => {
    const { out } = await said('manage', ...some, '--services', '30')
    expect(out).toMatch(/^manage: 60 VMs, 30 of them with a service, on 6 hosts/)
    expect(out).toMatch(/ dropped +too late /)
    expect(out).toMatch(/ requests +service h /)
  })

  it('writes down what was decided, and why', async () => {
    const log = join(folder, 'all.log')
    const { err } = await said('manage', ...some, '--seed', '1', '--log', log)
    expect(err).toBe(`the log of nobody, sandpiper: ${log}\n`)
    const [nobody, sandpiper] = readFileSync(log, 'utf8').split('\n\n')
    expect(nobody).toMatch(/^nobody: 60 VMs on 6 hosts .*; seed 1\n(\d\d:\d\d +hotspot .*; nothing is done\n?)+$/)
    expect(sandpiper).toMatch(/^\d\d:\d\d +move +vm\d+ host\d+ → host\d+: .*above 75 %/m)
    expect(sandpiper).toMatch(/^\d\d:\d\d:\d\d +arrived +vm\d+ host\d+ → host\d+: [\d.]+ s, [\d.]+ [MG]B, down [\d.]+ ms, [\d.]+ kJ/m)
    const { out } = await said('manage', ...some, '--seed', '1', '--log', '-', '--manager', 'sandpiper')
    expect(out.startsWith(`${sandpiper}\nmanage: `.replace(/\n+manage/, '\n\nmanage'))).toBe(true)
  })

  it('draws a manager’s day, and in the terminal too', async () => {
    const svg = join(folder, 'day.svg')
    const { out, err, code } = await said('manage', ...some, '--svg', svg, '--chart')
    expect({ err, code }).toEqual({ err: `the picture of sandpiper: ${svg}\n`, code: 0 })
    expect(readFileSync(svg, 'utf8')).toContain('Hosts over time under sandpiper: 60 VMs on 6 hosts')
    expect(out).toMatch(/^sandpiper:\nhost0 [▁▂▃▄▅▆▇█▓ ]{49}$/m)
    const [whole, part] = [readFileSync(svg, 'utf8'), ['--force', '--from', '1h', '--until', '2h', '--manager', 'nobody']]
    expect((await said('manage', ...some, '--svg', svg, ...part)).err).toBe(`the picture of nobody: ${svg}\n`)
    expect(readFileSync(svg, 'utf8')).toContain('01:00 to 02:00, 12 looks')
    expect(readFileSync(svg, 'utf8').length).toBeLessThan(whole.length)
  })

  it('drains hosts, whoever manages, and says what is left there', async () => {
    const drain = ['--drain', 'host0,host3', '--drain-at', '30min', '--managers', 'nobody']
    const { out } = await said('manage', '--vms', '60', '--hosts', '10', '--looks', '40', ...drain, '--log', '-')
    expect(out).toContain(', host0, host3 drained from 00:30 on, under 1 manager')
    expect(out).toContain('\nnobody: host0, host3 are empty at the end.\n')
    const ways = [...out.matchAll(/^(\d\d:\d\d) +move +vm\d+ (host\d) → (host\d)/gm)]
    expect(ways).toHaveLength(12)
    expect(ways.every(([, at, from, to]) => at >= '00:30' && ['host0', 'host3'].includes(from) && !['host0', 'host3'].includes(to))).toBe(
      true
    )
    const [full] = (await json(...small, ...drain)).managers
    expect(Number(full.leftOnDrainedHosts)).toBeGreaterThan(0)
  })

  it('leaves out managers that are none for such a day, and says why', async () => {
    const few = ['--looks', '30', '--managers', 'nobody,sandpiper-gray,greedy,optimal,least-bytes']
    const large = await json('--vms', '50', '--hosts', '6', ...few)
    expect(large.managers.map(({ manager }) => manager)).toEqual(['nobody', 'greedy'])
    expect(large.leftOut).toEqual([
      { name: 'sandpiper-gray', not: 'no VM has a service that could be seen from inside (--services)' },
      { name: 'optimal', not: 'it looks at all placements there can be, for at most 40 VMs on 20 hosts' },
      { name: 'least-bytes', not: 'it looks at all placements there can be, for at most 40 VMs on 20 hosts' }
    ])
    const small = await json('--vms', '30', '--hosts', '3', '--services', '10', ...few)
    expect(small.managers).toHaveLength(5)
    expect(small.leftOut).toEqual([])
  })

  it('studies how near decisions come to the optimum', async () => {
    const { out, code } = await said('manage', '--study', '--cases', '3', '--seed', '7')
    expect(code).toBe(0)
    expect(out).toMatch(/seed 7/)
    expect(out).toMatch(/optimum/)
  })

  it('makes hosts large enough for the VMs of a trace that tells their sizes', async () => {
    const head =
      'Timestamp [ms];\tCPU cores;\tCPU capacity provisioned [MHZ];\tCPU usage [MHZ];\tCPU usage [%];\tMemory capacity provisioned [KB];\tMemory usage [KB];\tDisk read throughput [KB/s];\tDisk write throughput [KB/s];\tNetwork received throughput [KB/s];\tNetwork transmitted throughput [KB/s]'
    const days = join(folder, 'bitbrains')
    mkdirSync(days)
    for (const vm of [1, 2, 3, 4]) {
      const lines = Array.from({ length: 10 }, (_, i) =>
        [1376314846 + 300 * i, 4, 11704, 1000 * vm, 9 * vm, 32 * 2 ** 20, 2 ** 20, 0, 0, 10, 10].join(';\t')
      )
      writeFileSync(join(days, `${vm}.csv`), `${[head, ...lines].join('\n')}\n`)
    }
    const { out, err } = await said('manage', '--trace', days, '--managers', 'nobody,sandpiper')
    expect(err).toBe('')
    expect(out).toMatch(/^manage: 4 VMs on 2 hosts of 8 cores and 96 GiB for 0\.8 h/)
  })

  it('reads recorded days, the first VMs of them where so many are asked for', async () => {
    const lines = Array.from({ length: 12 }, (_, vm) =>
      [`vm-${vm}`, ...Array.from({ length: 20 }, (_, i) => (vm * 7 + i * 3) % 101)].join(',')
    )
    const trace = fileOf('day.csv', lines.join('\n'))
    const { out } = await said('manage', '--trace', trace, '--managers', 'nobody')
    expect(out).toMatch(/^manage: 12 VMs on 2 hosts of 2 cores and 16 GiB for 1\.6 h, a look every 5 min, under 1 manager\n/)
    expect(out).toContain(`the day is ${trace}`)
    expect((await said('manage', '--trace', trace, '--vms', '8', '--looks', '10', '--managers', 'nobody')).out).toMatch(
      /^manage: 8 VMs on 2 hosts of 2 cores and 16 GiB for 0\.8 h/
    )
  })

  it('compares managers of yours', async () => {
    const module = fileOf(
      'mine.js',
      `const at = (look) => () => [look === 3 ? [{ type: 'startMigration', vm: 0, to: 1, why: 'it is Tuesday' }] : [], at(look + 1)]
       exports.tuesday = { name: 'tuesday', begin: () => at(1) }`
    )
    const { out } = await said(
      'manage',
      ...some,
      '--managers',
      'nobody,tuesday',
      '--manager-module',
      module,
      '--log',
      '-',
      '--manager',
      'tuesday'
    )
    expect(out).toMatch(/^00:15 +move +vm0 host0 → host1: it is Tuesday$/m)
    expect(out).toMatch(/^tuesday +\d+ +\d+\.\d\d +1 +0 +0 /m)
    const broken = async (name: string, code: string) =>
      (await said('manage', ...some, '--managers', name, '--manager-module', fileOf(`${name}.js`, code))).err
    expect(await broken('throws', `exports.a = { name: 'throws', begin: () => () => { throw new TypeError('no') } }`)).toMatch(
      /throws\.js: expected throws must decide when it looks, got TypeError: no\n/
    )
    expect(await broken('answers', `exports.a = { name: 'answers', begin: () => () => 7 }`)).toMatch(
      /expected answers must answer \[commands, next\] when it looks, got 7\n/
    )
    expect(await broken('orders', `const d = () => [[{ type: 'dance' }], d]; exports.a = { name: 'orders', begin: () => d }`)).toMatch(
      /must command startMigration or allotMemory, got \{"type":"dance"\}\n/
    )
  })

  it.each([
    [['--managers', 'nobody,boss'], '--managers: expected some of nobody, sandpiper, '],
    [['--managers', 'nobody,nobody'], 'each once, got "nobody"\n'],
    [['--technique', 'teleport'], '--technique: expected one of stop-and-copy, pre-copy, '],
    [['--moves', 'wished'], '--moves: expected "simulated" or "assumed", got "wished"\n'],
    [['--vms', '0'], '--vms: expected an integer >= 1, got "0"\n'],
    [['--k', '4'], '--threshold, --k, --n: expected hotspots: k must be an integer from 1 to n = 3, got 4\n'],
    [
      ['--host-memory', '1GiB'],
      '--hosts: expected managedDay: hosts must have memory for every VM, got 20 hosts, and none of them has room for vm'
    ],
    [['--threshold', '75'], '--threshold: expected a part above 0 and at most 1, such as 0.75, got "75"\n'],
    [['--looks', '1'], '--looks: expected at least 2 samples of each VM, as managers look from the second on, got 1\n'],
    [['--services', '999'], '--services: expected at most the 200 VMs, got 999\n'],
    [['--trace', 'nowhere'], 'nowhere: expected '],
    [['--manager-module', 'nowhere.js'], 'nowhere.js: expected a file that exports a manager of a fleet, got no such file\n'],
    [['--manager', 'boss'], '--manager: expected one of nobody, sandpiper, '],
    [['--log', '-', '--json'], '--log: expected a file, beside --format json, got -\n'],
    [['--json', '--format', 'csv'], '--json, --format: expected one of the two, got both\n'],
    [['--log', __filename], '--log: expected a file that does not exist yet, got '],
    [['--chart', '--json'], '--chart: expected to stand beside --format text, got json\n'],
    [['--drain', 'host0,cellar'], '--drain: expected hosts of host0 to host19, got "cellar"\n'],
    [['--svg', __filename], 'name another, or add --force to replace it\n'],
    [['--svg', 'x.svg', '--from', '2h', '--until', '1h'], '--until: expected a time after --from, got one before it\n']
  ])('refuses %j', async (words, message) => {
    const { out, err, code } = await said('manage', ...words)
    expect({ out, code }).toEqual({ out: '', code: 2 })
    expect(err).toContain(message)
  })

  it('has help with examples', async () => {
    const { out, code } = await said('manage', '--help')
    expect(code).toBe(0)
    expect(out).toContain('--managers <names>')
    expect(out).toContain('transhume manage --managers nobody,sandpiper --log - --svg day.svg')
  })
})
