import type { Mutation } from './mutation'
import { nocMutations } from './mutations/nocMutations'
import { pipelineMutations } from './mutations/pipelineMutations'
import { protocolMutations } from './mutations/protocolMutations'
import { pullMutations } from './mutations/pullMutations'
import { pushMutations } from './mutations/pushMutations'
import { stageMutations } from './mutations/stageMutations'
import { timeBoundedMutations } from './mutations/timeBoundedMutations'
import { worldMutations } from './mutations/worldMutations'

/** The written list: what a protocol engineer gets wrong, in every room that a migration passes through. */
export const mutations: readonly Mutation[] = [
  ...pipelineMutations,
  ...stageMutations,
  ...pushMutations,
  ...pullMutations,
  ...timeBoundedMutations,
  ...protocolMutations,
  ...worldMutations,
  ...nocMutations
]
