import { balanceStudy } from './balanceStudy'
import { evacuationStudy } from './evacuationStudy'
import { failureStudy } from './failureStudy'
import { heatStudy } from './heatStudy'
import { localityStudy } from './localityStudy'
import { securityStudy } from './securityStudy'
import type { Study } from './study'

/** The motives on trial, in the order in which J. V. Souto names them. */
export const studies: readonly Study[] = [balanceStudy, failureStudy, evacuationStudy, localityStudy, heatStudy, securityStudy]
