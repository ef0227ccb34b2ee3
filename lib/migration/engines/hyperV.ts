import type { PushRules } from '../push'
import { or, residualBelow, roundsAtMost } from '../stopRule'

/** How many times Hyper-V goes over dirty memory at most. */
export type HyperVOptions = { readonly passes?: number }

/**
 * Hyper-V as far as it is documented: pages are copied, then those dirtied meanwhile, until none is left or so many passes have been made; then the machine is suspended.
 * Ten passes in Windows Server 2008 R2 (Directions on Microsoft, June 2009), five from 2012 R2 on (Savill, Mastering Windows Server 2016 Hyper-V, 2016). How few
 * dirty pages end it before that is not published: here none may be left. Throws `RangeError` unless passes is an integer above 0.
 */
export const hyperV = ({ passes = 5 }: HyperVOptions = {}): PushRules => ({ until: or(residualBelow({ pages: 1 }), roundsAtMost(passes)) })
