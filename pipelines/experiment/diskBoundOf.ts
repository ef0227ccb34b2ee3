import type { DiskRulesConfig } from '../../lib/codec/diskConfig'
import type { PacingConfig, StopRuleConfig } from '../../lib/codec/ruleConfig'
import type { DiskBound } from '../../lib/migration/diskBound'

/** What of a configuration's rules for a disk bounds the time that it takes: `rounds` is `Infinity` where no rule counts them. */
export const diskBoundOf = ({ mirror, start, channels, until, pacing }: DiskRulesConfig = {}): DiskBound => ({
  mirror,
  start,
  channels,
  ...(until === undefined ? {} : { rounds: mostRounds(until) }),
  bytesPerSecond: leastRate(pacing)
})

/** After how many rounds a rule stops at the latest, whatever is written. */
const mostRounds = (rule: StopRuleConfig): number => {
  switch (rule.type) {
    case 'roundsAtMost':
      return rule.rounds
    case 'or':
      return Math.min(Number.POSITIVE_INFINITY, ...rule.rules.map(mostRounds))
    case 'and':
      return Math.max(1, ...rule.rules.map(mostRounds))
    default:
      return Number.POSITIVE_INFINITY
  }
}

/** The least that a pacing grants in any round; the minimum of Clark's is that of lib/migration/pacing. */
const leastRate = (pacing: PacingConfig | undefined): number | undefined =>
  pacing === undefined || pacing.type === 'unlimited' ? undefined : pacing.type === 'fixed' ? pacing.rate : (pacing.min ?? 12_500_000)
