import { asyncScheduler, race, take, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { prometheusAnswer } from '../../../lib/codec/prometheusAnswer'
import { followPrometheus } from '../../../pipelines/monitors/followPrometheus'
import { prometheusObservations } from '../../../pipelines/monitors/prometheusObservations'
import { given } from './inFolder'
import { withServer } from './prometheusServer'

const answerOf = (values: readonly unknown[], more: object = {}): object => ({
  status: 'success',
  data: { resultType: 'matrix', result: [{ metric: { instance: 'a' }, values }] },
  ...more
})

describe('an answer of Prometheus', () => {
  it('is series with numbers as text, or a refusal', () => {
    const values = [
      [1, '0.5'],
      [2.5, 'NaN'],
      [3, '+Inf'],
      [4, '-Inf'],
      [5, '1e3']
    ]
    expect(prometheusAnswer(answerOf(values, { warnings: ['late'], infos: [] }))).toEqual({
      _tag: 'Right',
      right: {
        type: 'series',
        warnings: ['late'],
        series: [
          {
            labels: { instance: 'a' },
            samples: [
              [1, 0.5],
              [2.5, Number.NaN],
              [3, Number.POSITIVE_INFINITY],
              [4, Number.NEGATIVE_INFINITY],
              [5, 1000]
            ]
          }
        ]
      }
    })
    expect(prometheusAnswer({ status: 'error', errorType: 'timeout', error: 'too long' })).toMatchObject({
      right: { type: 'refused', errorType: 'timeout', error: 'too long' }
    })
  })

  it('says what is no answer', () => {
    const problems = (json: unknown): unknown => prometheusAnswer(json)
    expect(problems({})).toMatchObject({ left: [{ path: 'status', expected: '"success" or "error"', got: 'nothing' }] })
    expect(problems(answerOf([[1, 'x']]))).toMatchObject({
      left: [{ path: expect.stringContaining('values[0][1]'), expected: 'a number as text', got: '"x"' }]
    })
    expect(problems(answerOf([[1, '']]))).toMatchObject({ left: [{ got: '""' }] })
    expect(problems({ status: 'success', data: { resultType: 'vector', result: [] } })).toMatchObject({
      left: [{ expected: '"matrix"', got: '"vector"' }]
    })
  })
})

describe('a server', () => {
  const options = (url: string, over: object = {}) => ({
    url,
    queries: { cpu: 'up' },
    fromSeconds: 0,
    untilSeconds: 5,
    everySeconds: 5,
    ...over
  })
  const good = JSON.stringify(answerOf([[0, '0.5']]))

  it('that has no POST is asked by GET, with the name and password of its address, and its warnings are told', async () => {
    const heard: unknown[] = []
    const warnings: string[] = []
    await withServer(
      (request, response) => {
        heard.push([request.method, request.url?.slice(0, 41), request.headers.authorization])
        if (request.method === 'POST') response.writeHead(405).end()
        else response.end(JSON.stringify(answerOf([[0, '0.5']], { warnings: ['half of it'] })))
      },
      async (url) => {
        const withPassword = url.replace('//', '//me:p%20w@')
        const warned = (warning: string): unknown => warnings.push(warning)
        expect(await given(prometheusObservations(options(`${withPassword}/behind/`, { warned })))).toEqual([
          { name: 'a', of: 'vm', at: 0, cpu: 0.5 }
        ])
      }
    )
    const basic = `Basic ${Buffer.from('me:p w').toString('base64')}`
    expect(heard).toEqual([
      ['POST', '/behind/api/v1/query_range', basic],
      ['GET', '/behind/api/v1/query_range?query=up&start', basic]
    ])
    expect(warnings).toEqual(['half of it'])
  })

  it('that does not answer in time, or not as Prometheus, is named without its password', () =>
    withServer(
      (request, response) => {
        if (request.url?.startsWith('/slow')) return
        response.writeHead(502, 'Bad Gateway', { 'content-type': 'text/html; charset=utf-8' }).end('<html>')
      },
      async (url) => {
        const endpoint = `${url}/api/v1/query_range`
        expect(await given(prometheusObservations(options(`${url.replace('//', '//me:secret@')}/slow`, { timeoutSeconds: 0.05 })))).toEqual(
          [`${url}/slow/api/v1/query_range: expected an answer within 0.05 s, got none`]
        )
        expect(await given(prometheusObservations(options(url)))).toEqual([
          `${endpoint}: expected an answer of Prometheus' HTTP API, got HTTP 502 Bad Gateway, text/html`
        ])
      }
    ))

  it('is not listened to any more when nobody listens', () =>
    withServer(
      () => undefined,
      async (url) => {
        const aborted = new Promise<string>((done) => {
          const real = globalThis.fetch
          globalThis.fetch = (input, init) => {
            init?.signal?.addEventListener('abort', () => done('aborted'))
            return real(input, init)
          }
          void given(race(prometheusObservations(options(url)), timer(20, asyncScheduler).pipe(take(1)))).finally(() => {
            globalThis.fetch = real
          })
        })
        expect(await aborted).toBe('aborted')
      }
    ))

  it('may fail some times in a row while it is followed', async () => {
    let asked = 0
    const troubles: string[] = []
    const now = (): number => 5 * asked
    const clock = Object.assign(Object.create(asyncScheduler), { now })
    const following = (url: string, patience: number) =>
      followPrometheus({ ...options(url, { everySeconds: 0.005 }), patience, troubled: ({ message }) => troubles.push(message) }, clock)
    await withServer(
      (_request, response) => {
        if (++asked % 3 === 0) response.end(good)
        else
          response
            .writeHead(503, { 'content-type': 'application/json' })
            .end(JSON.stringify({ status: 'error', errorType: 'unavailable', error: 'not yet' }))
      },
      async (url) => {
        expect(await given(following(url, 2).pipe(take(2)))).toMatchObject([{ at: 0 }, { at: 0 }])
        expect(troubles).toHaveLength(4)
        asked = 0
        expect(await given(following(url, 1))).toEqual([expect.stringContaining('expected series for up, got unavailable: not yet')])
      }
    )
  })

  it('is refused with senseless options', () => {
    const refused =
      (over: object): (() => unknown) =>
      () =>
        prometheusObservations(options('http://a', over))
    expect(refused({ url: 'ftp://a' })).toThrow('prometheus: url must be one of http or https (got ftp://a)')
    expect(refused({ url: 'here' })).toThrow('prometheus: url must be')
    expect(refused({ queries: {} })).toThrow('prometheus: queries must be one or more')
    expect(refused({ everySeconds: 0.0005 })).toThrow('prometheus: everySeconds must be a whole number of ms')
    expect(refused({ untilSeconds: -1 })).toThrow('prometheus: untilSeconds must be fromSeconds or later (got -1)')
    expect(refused({ pointsPerRequest: 11_001 })).toThrow('prometheus: pointsPerRequest must be from 1 to 11000')
    expect(refused({ timeoutSeconds: 0 })).toThrow('prometheus: timeoutSeconds')
    expect(() => followPrometheus({ ...options('http://a'), againSteps: -1 })).toThrow('prometheus: againSteps')
  })
})
