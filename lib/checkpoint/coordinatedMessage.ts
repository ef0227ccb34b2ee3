import type { Data } from '../protocol/data'
import type { Signal } from '../protocol/signal'

/** What became of a checkpoint. */
export type Verdict = 'commit' | 'abort'

/**
 * What the machines of a coordinated checkpoint tell one another; `checkpoint` counts the attempts from 1 on, `restart` those to restart.
 *
 * - Coordinator to members: `request`, `commit`, `abort`; `gather` (which images have you?), `load`, `resume`; `over` (no more to come).
 * - Members to the coordinator: `saved` (my vote), `failed` (I shall not vote), `settled` (I have carried out what was decided); `returned` (I have broken down and am back), `holding`, `restored`.
 * - Member to member: `final`, behind its last frame; anybody to anybody: `inquire` (what became of it?) and `outcome`.
 */
export type CoordinatedMessage =
  | { readonly type: 'request' | 'commit' | 'abort' | 'saved' | 'failed' | 'settled' | 'final' | 'inquire'; readonly checkpoint: number }
  | { readonly type: 'outcome'; readonly checkpoint: number; readonly verdict: Verdict }
  | { readonly type: 'gather' | 'restored' | 'resume' | 'unrestored'; readonly restart: number }
  | { readonly type: 'holding'; readonly restart: number; readonly complete: readonly number[] }
  | { readonly type: 'load'; readonly restart: number; readonly checkpoint: number }
  | { readonly type: 'over' | 'returned' }

/** The message that a signal brings, with who sent it. */
export const messageIn = (signal: Signal): { readonly from: string; readonly message: CoordinatedMessage } | undefined =>
  signal.type === 'told' && isMessage(signal.message) ? { from: signal.from, message: signal.message } : undefined

const isMessage = (data: Data): data is CoordinatedMessage =>
  typeof data === 'object' && data !== null && !Array.isArray(data) && typeof (data as { readonly type?: Data }).type === 'string'
