import type { Entry } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'
import { fold } from '../../lib/stream/fold'
import type { Sometimes } from '../sometimes'

const when = (name: string, sentence: string, happens: (entry: Entry) => boolean): Sometimes => ({
  name,
  sentence,
  fold: fold<Entry, boolean, boolean>({ init: () => false, step: (seen, entry) => seen || happens(entry), done: (seen) => seen })
})

const signalled = (name: string, sentence: string, is: (signal: Signal) => boolean): Sometimes =>
  when(name, sentence, (entry) => entry.type === 'signalled' && is(entry.signal))

/** What a check of checkpoints counts. */
export const checkpointSometimes: readonly Sometimes[] = [
  signalled('seals', 'an image is sealed', ({ type }) => type === 'sealed'),
  when(
    'isIncremental',
    'an image has a parent',
    (e) => e.type === 'commanded' && e.command.order.type === 'open' && e.command.order.parent !== undefined
  ),
  signalled('stashes', 'an interruption finds pages written', (s) => s.type === 'stashed' && s.pages > 0),
  signalled('skips', 'a page of the bulk is left out, because it is in the table', (s) => s.type === 'sent' && s.skipped.count > 0),
  signalled('losesHost', 'a host fails', (s) => s.type === 'failed' && s.what === 'source'),
  signalled('losesLink', 'the link fails', (s) => s.type === 'failed' && s.what === 'link'),
  signalled('losesStore', 'a store fails', ({ type }) => type === 'storeFailed'),
  signalled('isFull', 'a store is full', (s) => s.type === 'refused' && s.reason.includes('is full')),
  when('drops', 'an older image is dropped', (e) => e.type === 'commanded' && e.command.order.type === 'drop'),
  signalled('restores', 'a guest is restored', (s) => s.type === 'verified' && s.when === 'restored'),
  signalled('exits', 'a guest ends', ({ type }) => type === 'exited'),
  when('isLost', 'a guest cannot go on', (e) => e.type === 'ended' && e.outcome.type === 'lost')
]
