import * as O from 'fp-ts/lib/Option'
import * as stopRule from '../../lib/migration/stopRule'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { hybrid } from '../../pipelines/hybrid'
import { mplm } from '../../pipelines/mplm'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { tlm } from '../../pipelines/tlm'
import type { Choosing } from './scope'

/** A shipped technique with rules that no time decides, by name. */
export type Explorable = { readonly name: string; readonly sentence: string; readonly of: Pipeline | Choosing }

/** The shipped techniques as an exploration takes them: a pre-copy may stop after any of its rounds, whatever the rule. */
export const explorable: readonly Explorable[] = [
  { name: 'stop-and-copy', sentence: 'stop-and-copy', of: stopAndCopy() },
  {
    name: 'pre-copy',
    sentence: 'pre-copy that stops after any round, the third at last',
    of: {
      choosing: (choose) => precopy({ until: stopRule.or(stopRule.roundsAtMost(3), () => (choose() ? O.some('enough') : O.none)) })
    }
  },
  { name: 'pre-copy-two-rounds', sentence: 'pre-copy of two rounds', of: precopy({ until: stopRule.roundsAtMost(2) }) },
  { name: 'tlm', sentence: 'mtx and dtx at once, dirty updates at any time', of: tlm({ intervalNs: 1 }) },
  {
    name: 'mplm',
    sentence: 'pages never dirtied and dirty ones by turns, the log read after every batch',
    of: mplm({ nonDirtyPages: 1, dirtyPages: 1, intervalNs: 0 })
  },
  { name: 'post-copy', sentence: 'post-copy that prepages by bubbling', of: postcopy() },
  { name: 'post-copy-demand', sentence: 'post-copy by demand paging alone', of: postcopy({ prepaging: undefined }) },
  { name: 'hybrid', sentence: 'hybrid of one round and a pull', of: hybrid() }
]
