import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { noNotices, noticed, noticing } from '../../lib/migration/notices'
import { request } from '../../lib/protocol/phase'
import { Asking } from '../protocol/asking'

const address = { migration: 'm', lane: '', tag: 0, n: 0 }
const preselected = { type: 'preselected', host: 'target', guestNs: 0, at: 0, to: address } as const
const failed = { type: 'failed', what: 'target', reason: 'gone', at: 0, migration: 'm' } as const

describe('notices', () => {
  it('forget a host that is gone when another is preselected, and nothing else', () => {
    const known = { ...noNotices, faulted: [3], gone: 'gone' }
    expect(noticed(known, preselected)).toEqual({ ...noNotices, faulted: [3], gone: null })
    expect(noticed(noNotices, preselected)).toBe(noNotices)
    expect(noticed(known, { type: 'round', round: 1, pages: 1, at: 0, migration: 'm' })).toBe(known)
  })

  it('keep why a host is gone', () => {
    expect(noticed(noNotices, failed)).toEqual({ ...noNotices, gone: 'gone' })
  })

  it('that come while an attempt is made are in its state and beside its value, and nothing else is heard', () => {
    const attempt = new Asking(noticing(request({ type: 'redirect' })))
    expect(attempt.state()).toMatchObject({ name: 'redirect', data: [noNotices, null] })
    expect(attempt.fact({ type: 'faulted', page: 3, vcpu: 0 })).toBe(true)
    expect(attempt.fact({ type: 'faulted', page: 3, vcpu: 0 })).toBe(false)
    expect(attempt.state()).toMatchObject({ name: 'redirect', data: [{ ...noNotices, faulted: [3] }, null] })
    attempt.answer(0, { type: 'redirected' })
    expect(attempt.value()).toMatchObject(E.right({ value: { type: 'redirected' }, notices: { ...noNotices, faulted: [3] } }))
  })
})
