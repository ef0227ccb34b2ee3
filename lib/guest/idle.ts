import type { Workload } from './workload'
import { checkedVcpu, checkedVcpus } from './workloadOptions'

/** A guest that makes no access and does not end. Its rate is 0, and fills answer 0. Errors: `RangeError` for virtual CPUs below 1. */
export const idle = (options: { readonly vcpus?: number } = {}): Workload => {
  const { vcpus = 1 } = options
  checkedVcpus('idle', vcpus)
  return {
    name: 'idle',
    pages: 0,
    vcpus,
    description: { name: 'idle', vcpus },
    open: (_, vcpu) => {
      checkedVcpu('idle', vcpu, vcpus)
      return { accessesPerSecond: 0, fill: () => 0 }
    }
  }
}
