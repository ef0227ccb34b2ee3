import { asyncScheduler, map, type SchedulerLike, take, tap } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Observation } from '../../../lib/protocol/observation'
import { followPrometheus } from '../../../pipelines/monitors/followPrometheus'
import { prometheusObservations } from '../../../pipelines/monitors/prometheusObservations'
import { prometheusPresets } from '../../../pipelines/monitors/prometheusPresets'
import { given } from './inFolder'
import { hasPrometheus, prometheusWith, type RunningPrometheus } from './prometheusServer'

if (!hasPrometheus)
  console.warn('prometheus.test: Prometheus is not installed (apt-get install prometheus): the tests against the real server are skipped')

const begin = 1_700_000_000

/** Two VMs with a sample every 10 s, 3 s behind the step, for 40 minutes: `a` without a gap, `b` without samples 20 to 29 and after 119; and counters of bytes. */
const metrics = (): string => {
  const lines = ['# TYPE vm_cpu gauge']
  for (const domain of ['a', 'b'])
    for (let i = 0; i < (domain === 'a' ? 240 : 120); i++)
      if (domain === 'a' || i < 20 || i >= 30) lines.push(`vm_cpu{domain="${domain}"} ${i / 1000} ${begin + 10 * i + 3}`)
  lines.push('# TYPE vm_sent_bytes counter')
  for (let i = 0; i < 240; i++) lines.push(`vm_sent_bytes_total{domain="a",nic="0"} ${i * 5000} ${begin + 10 * i + 3}`)
  return [...lines, '# EOF', ''].join('\n')
}

describe.skipIf(!hasPrometheus)('a Prometheus server (needs prometheus; skipped where it is missing)', () => {
  let server: RunningPrometheus
  const options = (over: object = {}) => ({
    url: server.url,
    label: 'domain',
    queries: { cpu: 'last_over_time(vm_cpu[$step])' },
    fromSeconds: begin,
    untilSeconds: begin + 2390,
    everySeconds: 10,
    ...over
  })
  beforeAll(async () => {
    server = await prometheusWith(metrics())
  }, 60_000)
  afterAll(() => server.end())

  const samplesOf = (name: string, seen: readonly (Observation | string)[]): readonly (readonly [number, number | undefined])[] =>
    seen.flatMap((one) => (typeof one !== 'string' && one.name === name ? [[one.at / 10e9, one.cpu] as const] : []))

  it('gives what it has of two VMs, each step once, and nothing where nothing is', async () => {
    const seen = await given(prometheusObservations(options()))
    expect(samplesOf('a', seen)).toEqual(Array.from({ length: 239 }, (_, i) => [i + 1, i / 1000]))
    const steps = Array.from({ length: 120 }, (_, i) => i).filter((i) => i < 20 || i >= 30)
    expect(samplesOf('b', seen)).toEqual(steps.map((i) => [i + 1, i / 1000]))
    expect(seen).toHaveLength(239 + 110)
  })

  it('gives the same in ranges of 7 steps as in one', async () => {
    expect(await given(prometheusObservations(options({ pointsPerRequest: 7 })))).toEqual(await given(prometheusObservations(options())))
  })

  it('gives more than 11,000 steps of a series, which is more than it gives to one request', async () => {
    const often = options({ everySeconds: 0.1, untilSeconds: begin + 1199.9, queries: { cpu: 'vm_cpu{domain="a"}' } })
    const seen = await given(prometheusObservations(often))
    expect(seen).toHaveLength(12_000 - 30)
    expect(new Set(seen.map((one) => (typeof one === 'string' ? one : one.at))).size).toBe(seen.length)
  })

  it('repeats a plain metric for 5 minutes after its last sample', async () => {
    const seen = samplesOf('b', await given(prometheusObservations(options({ queries: { cpu: 'vm_cpu' } }))))
    expect(seen[seen.length - 1]).toEqual([149, 0.119])
    expect(seen.find(([step]) => step === 25)).toEqual([25, 0.019])
  })

  it('joins queries by name and time, and knows no NaN', async () => {
    const queries = {
      cpu: 'last_over_time(vm_cpu[$step]) / (vm_cpu != 0.001)',
      sentBytesPerSecond: 'sum by (domain) (rate(vm_sent_bytes_total[$range]))'
    }
    const seen = await given(prometheusObservations(options({ queries, untilSeconds: begin + 100 })))
    expect(seen.filter((one) => typeof one !== 'string' && one.name === 'a')).toEqual(
      Array.from({ length: 9 }, (_, i) => ({
        name: 'a',
        of: 'vm',
        at: (i + 2) * 10e9,
        ...(i < 1 ? {} : { cpu: 1 }),
        sentBytesPerSecond: expect.any(Number)
      }))
    )
    expect(await given(prometheusObservations(options({ queries: { cpu: 'vm_cpu / 0' }, untilSeconds: begin })))).toEqual([])
  })

  it('says what is wrong with a query, with labels, and with the server', async () => {
    const endpoint = `${server.url}/api/v1/query_range`
    const wrong = async (over: object): Promise<unknown> => given(prometheusObservations(options(over)))
    expect(await wrong({ queries: { cpu: 'vm_cpu{' } })).toEqual([
      `${endpoint}: expected a query that it accepts, instead of vm_cpu{, got bad_data: 1:8: parse error: unexpected end of input inside braces`
    ])
    expect(await wrong({ queries: { cpu: 'vm_cpu * on() vm_cpu' } })).toEqual([
      expect.stringContaining('got execution: found duplicate series')
    ])
    expect(await wrong({ label: 'vm' })).toEqual([
      expect.stringContaining('expected a label vm on every series of last_over_time(vm_cpu[10s]), got __name__, domain')
    ])
    expect(await wrong({ queries: { cpu: 'label_replace(vm_cpu{domain="a"}, "nic", "0", "", "") or vm_cpu' } })).toEqual([
      expect.stringContaining('expected one series for each domain of')
    ])
    expect(await wrong({ url: `${server.url}/behind` })).toEqual([
      `${server.url}/behind/api/v1/query_range: expected an answer of Prometheus' HTTP API, got HTTP 404 Not Found, text/plain`
    ])
  })

  it('accepts the queries of every preset', async () => {
    for (const { label, queries } of Object.values(prometheusPresets))
      expect(await given(prometheusObservations(options({ label, queries })))).toEqual([])
  })

  it('is followed: what is there already at once, then step by step, each time the last one again', async () => {
    const from = begin + 100
    let looks = 0
    const clock: SchedulerLike = Object.assign(Object.create(asyncScheduler), { now: () => from * 1000 + 350 + 100 * looks++ })
    const followed = followPrometheus({ ...options(), fromSeconds: from, everySeconds: 0.1, queries: { cpu: 'vm_cpu' } }, clock)
    const seen = await given(
      followed.pipe(
        map(({ name, at }) => `${name} ${at / 1e8}`),
        take(12)
      )
    )
    expect(seen).toEqual(['a 0', 'b 0', 'a 1', 'b 1', 'a 2', 'b 2', 'a 3', 'b 3', 'a 3', 'b 3', 'a 4', 'b 4'])
  })

  it('that goes away in the middle loses nothing that came before', async () => {
    const seen = await given(
      prometheusObservations(options({ pointsPerRequest: 20 })).pipe(
        tap(({ at }) => {
          if (at >= 500e9) server.kill()
        })
      )
    )
    expect(seen.length).toBeGreaterThan(50)
    expect(seen.slice(0, -1).every((one) => typeof one !== 'string')).toBe(true)
    expect(seen[seen.length - 1]).toMatch(/expected a server that can be reached, got (nobody who listens there|a connection that broke)$/)
  })
})
