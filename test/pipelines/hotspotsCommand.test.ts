import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inFolder } from './monitors/inFolder'
import { withServer } from './monitors/prometheusServer'
import { said } from './terminal'

const columns = 'time,name,cpu,memoryBytes,allottedBytes,swapBytesPerSecond,responseSeconds,promisedSeconds,networkBytesPerSecond'
const row = (second: number, cpu: number): string =>
  `2026-03-01T12:00:${String(second).padStart(2, '0')}Z,web1,${cpu},3.9e9,4e9,2e6,0.9,0.5,1.2e8`
const rows = [0.9, 0.9, 0.92, 0.95, 0.2, 0.1].map((cpu, i) => row(10 * i, cpu))

describe('hotspots', () => {
  it('prints who was one in a day made up, of what, since when, until when, with units, the seed and a sentence', async () => {
    const { out, code, err } = await said('hotspots', '--vms', '40')
    expect([code, err]).toEqual([0, ''])
    const lines = out.split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'hotspots: 40 VMs, cpu, 288 slots of 5 min; 3 of 5 slots above 75 %, and the next predicted above it from the last 200',
      'source: a day made up, with statistics like those of PlanetLab’s VMs of 3 March 2011; seed 1'
    ])
    expect(lines.slice(3, 7).map((line) => line.split(/ +/))).toEqual([
      ['VM', 'resource', 'since', 'until', 'above', 'highest', 'predicted'],
      ['', 'h:min', 'h:min', 'of', '5', '%', '%'],
      [expect.stringMatching(/^─+$/)],
      ['vm01', 'cpu', '00:15', '00:30', '3', '80.0', '77.8']
    ])
    expect(lines[lines.length - 2]).toBe(
      '10 hotspots of 2 of 40 VMs, 1.5 h in all, 1 of them to the end. 0 samples are lost, 0 came too late.'
    )
    expect((await said('hotspots', '--vms', '40', '--seed', 'other')).out).not.toContain('vm01 cpu      00:15')
  })

  it('finds those of every resource that a file tells of, from inside and from outside', () =>
    inFolder(async (path) => {
      writeFileSync(path('a.csv'), [columns, ...rows].join('\n'))
      const { out, code } = await said('hotspots', path('a.csv'), '--network', '1Gbit/s', '--json')
      expect(code).toBe(0)
      const found = JSON.parse(out)
      expect(found).toMatchObject({
        of: 'vm',
        everySeconds: 10,
        names: 1,
        slots: 6,
        lost: 0,
        ended: null,
        resources: ['cpu', 'network', 'memory', 'swap', 'response']
      })
      expect(found.hotspots.map(({ resource, since, until, slots }: Record<string, unknown>) => [resource, since, until, slots])).toEqual([
        ['cpu', '2026-03-01T12:00:20.000Z', '2026-03-01T12:00:50.000Z', 3],
        ...['network', 'memory', 'swap', 'response'].map((one) => [one, '2026-03-01T12:00:20.000Z', null, 4])
      ])
      expect((await said('hotspots', path('a.csv'), '--format', 'csv')).out.split('\n')[1]).toMatch(
        /^web1,cpu,2026-03-01T12:00:20.000Z,2026-03-01T12:00:50.000Z,3,4,5,0.95,/
      )
    }))

  it('tells what it found before a line that is wrong, and refuses that', () =>
    inFolder(async (path) => {
      writeFileSync(path('a.csv'), [columns, ...rows, '2026-03-01T12:01:00Z,web1,x'].join('\n'))
      const { out, err, code } = await said('hotspots', path('a.csv'))
      expect(code).toBe(2)
      expect(out).toMatch(/^web1 cpu {6}2026-03-01 12:00:20 2026-03-01 12:00:50 {5}4 {4}95.0 /m)
      expect(out).toContain('That is what there was until it ended: ')
      expect(err).toBe(`${path('a.csv')}: expected line 8: there must be 9 cells, as in the first line, got 3\n`)
    }))

  it('refuses what it cannot read, and what does not go together', async () => {
    const wrong = async (...words: readonly string[]): Promise<string> => {
      const { out, err, code } = await said('hotspots', ...words)
      expect([out, code]).toEqual(['', 2])
      return err
    }
    expect(await wrong('no/such/file')).toBe('no/such/file: expected a file or folder that can be looked at, got no such file or folder\n')
    expect(await wrong('--k', '6')).toBe('--threshold, --k, --n, --window: expected k must be an integer from 1 to n = 5, got 6\n')
    expect(await wrong('--of', 'host')).toBe('--of: expected vm, as there is nothing of hosts, got host\n')
    expect(await wrong('--follow')).toBe('--follow: expected a server that is asked (--prometheus), got none\n')
    expect(await wrong('--prometheus', 'http://a')).toContain('--prometheus: expected what to ask it')
    expect(await wrong('--prometheus', 'a', '--query', 'cpu=up')).toBe('--prometheus: expected url must be one of http or https, got a\n')
    expect(await wrong('--prometheus', 'http://a', '--query', 'cpus=up')).toContain('--query: expected a figure and its query')
    expect(await wrong('--prometheus', 'http://a', '--query', 'cpu=up', '--from', 'noon')).toContain(
      '--from: expected a time in s since 1970'
    )
    expect(await wrong('--prometheus', 'http://a', '--query', 'cpu=up', '--from', '20', '--until', '10')).toBe(
      '--until: expected a time after --from, got one before it\n'
    )
    expect(await wrong('--threshold', '75')).toBe('--threshold: expected a part above 0 and at most 1, such as 0.75, got "75"\n')
    expect(await wrong('here', '--prometheus', 'http://a', '--preset', 'node')).toContain(
      '--prometheus: expected a path or a server, got both'
    )
    expect(await wrong('--json', '--format', 'csv')).toContain('--json, --format: expected one of the two, got both')
  })

  const hot = (request: URLSearchParams): string => {
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(request.get(name)))
    const values = Array.from({ length: Math.floor((end - start) / step + 1.5) }, (_, i) => [start + i * step, '0.9'])
    return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: { domain: 'a' }, values }] } })
  }
  const serving = (use: (url: string) => Promise<void>, asked: () => unknown = () => undefined): Promise<void> =>
    withServer((request, response) => {
      const body: Buffer[] = []
      request.on('data', (chunk) => body.push(chunk))
      request.on('end', () => {
        asked()
        response.end(hot(new URLSearchParams(Buffer.concat(body).toString())))
      })
    }, use)

  it('asks a server, with room for as many names as there may be', () =>
    serving(async (url) => {
      const asked = [
        'hotspots',
        '--prometheus',
        url,
        '--query',
        'cpu=vm',
        '--label',
        'domain',
        '--every',
        '10s',
        '--from',
        '1700000000',
        '--until',
        '1700000050'
      ]
      const { out, code } = await said(...asked)
      expect(code).toBe(0)
      expect(out).toContain('hotspots: 1 VM, cpu, 6 slots of 10 s;')
      expect(out).toMatch(/^a {2}cpu {6}2023-11-14 22:13:40 the end {5}5 /m)
    }))

  it('says when a server has nothing', () =>
    withServer(
      (_, response) => response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } })),
      async (url) => {
        const { out, err, code } = await said(
          'hotspots',
          '--prometheus',
          url,
          '--query',
          'cpu=vm',
          '--from',
          '1700000000',
          '--until',
          '1700000050'
        )
        expect([out, code]).toEqual(['', 2])
        expect(err).toBe(`${new URL(url).host}: expected observations of a vm at that time, got none\n`)
      }
    ))

  it('refuses more names than there is room for, behind what it found by then', () =>
    inFolder(async (path) => {
      writeFileSync(path('a.csv'), 'time,name,of,cpu\n0,a,host,0.5\n')
      expect(await said('hotspots', path('a.csv'))).toMatchObject({
        code: 2,
        err: `${path('a.csv')}: expected observations of a vm, got none\n`
      })
      expect((await said('hotspots', path('a.csv'), '--of', 'host')).out).toContain('No hotspot of 1 host in 1 slot.')
      const two = JSON.stringify({
        status: 'success',
        data: { resultType: 'matrix', result: ['a', 'b'].map((instance) => ({ metric: { instance }, values: [[0, '0.5']] })) }
      })
      await withServer(
        (_request, response) => response.end(two),
        async (url) => {
          const asked = ['hotspots', '--prometheus', url, '--query', 'cpu=vm', '--from', '0', '--until', '0', '--vms', '1']
          expect(await said(...asked)).toMatchObject({ code: 2, err: '--vms: expected there must be room for all names, got b beyond 1\n' })
        }
      )
    }))

  it('follows a server until Ctrl-C, and says then what there was', () => {
    let asked = 0
    // The fourth question is asked when the answers to those before have been heard.
    const interrupt = (): boolean => ++asked === 4 && process.emit('SIGINT')
    return serving(async (url) => {
      const server = ['--prometheus', url, '--query', 'cpu=vm', '--label', 'domain', '--every', '100ms', '--window', '5', '--vms', '8']
      const { out, code } = await said('hotspots', ...server, '--follow')
      expect(code).toBe(0)
      expect(out).toMatch(
        /^.* {2}a {2}cpu {2}begins: 3 of 5 slots above, 90.0 % now, 90.0 % predicted\n1 hotspot of 1 of 1 VM, .*1 of them to the end\./
      )
    }, interrupt)
  })
})
