import { describe, expect, it } from 'vitest'
import { noNotices, noticed } from '../../lib/migration/notices'

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
})
