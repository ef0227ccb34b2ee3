import type { MitigationOptions } from './mitigation'
import type { Placement } from './placement'

/** What packers keep to: `thresholds` of each host (default `sandpiperThresholds`), `isBarred`: moves that must not be, `excluded`: hosts that take nothing. Where it is a VM may always stay, if its host is within the thresholds then. */
export type PackingOptions = Pick<MitigationOptions, 'thresholds' | 'isBarred' | 'excluded'>

/**
 * Where all VMs could be with every host within its thresholds: the host of each; how many hosts have VMs then, bytes of the VMs that end elsewhere; whether it is proven that there is no better one, and how many part placements
 * were looked at. Or that none was found, why, and whether it is proven that there is none.
 */
export type Packing =
  | {
      readonly type: 'packed'
      readonly at: readonly number[]
      readonly hosts: number
      readonly bytes: number
      readonly isProven: boolean
      readonly looked: number
    }
  | { readonly type: 'unpacked'; readonly reason: string; readonly isProven: boolean; readonly looked: number }

/** Places all VMs anew: pure, and all that packers differ in. */
export type Packer = (placement: Placement, options?: PackingOptions) => Packing
