import type { Pipeline } from '../lib/protocol/pipeline'

/** A pipeline with what it is, in words. */
export type NamedPipeline = { readonly name: string; readonly pipeline: Pipeline }
