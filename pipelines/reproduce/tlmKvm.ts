import { qemu12 } from '../../lib/migration/engines/qemu12'
import { qemu14 } from '../../lib/migration/engines/qemu14'
import { qemu16 } from '../../lib/migration/engines/qemu16'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { precopy } from '../precopy'

/** kvm 1.2 or 1.6 with a tolerable downtime in seconds, without a limit of its bandwidth, 1.6 with auto-converge or without. */
export const kvmPipeline = ({
  kvm,
  limitS,
  autoConverge = false
}: {
  readonly kvm: '1.2' | '1.6'
  readonly limitS: number
  readonly autoConverge?: boolean
}): Pipeline => {
  const rules = { downtimeLimitNs: limitS * 1e9, maxBytesPerSecond: UNLIMITED }
  return precopy(kvm === '1.2' ? qemu12(rules) : autoConverge ? qemu16(rules) : qemu14(rules))
}

/** More than any link here carries. */
const UNLIMITED = 1e12
