import type { Phase } from '../../lib/protocol/phase'
import type { Outcome } from '../../lib/protocol/pipeline'
import { dataKey } from './dataKey'
import type { Numbering } from './numbering'

/** The number of a phase by its name and data, which hold all that can influence its future. */
export const phaseNumber = (phase: Phase<Outcome>, numbered: Numbering): number =>
  numbered(phase.type === 'done' ? `; ${dataKey(phase.value)}` : `${phase.name} ${dataKey(phase.data)}`)
