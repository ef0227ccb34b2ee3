import { basename } from 'node:path'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import { type Exports, loadModule } from '../../pipelines/commands/loadModule'
import type { InputError } from '../../pipelines/experiment/inputError'
import { phases } from '../phases'
import { policy } from '../policy'
import type { Checked } from '../search'

/** Something to check and its name; `exported`: the name under which a file exports it. */
export type Subject = { readonly name: string; readonly of: Checked; readonly exported?: string }

/** What a file has to check, and what else it exports. */
export type Loaded = { readonly subjects: readonly Subject[]; readonly leftOut: readonly string[] }

/** The kinds of policies and phases that a file may export in place of a pipeline. */
export const policyKinds = ['until', 'skip', 'pacing', 'throttle', 'prepaging', 'push', 'stop-and-copy', 'pull'] as const

/** A kind of policy or phase. */
export type PolicyKind = (typeof policyKinds)[number]

/**
 * What a file exports to be checked: every pipeline (a function from a guest to a step), every pipeline with a name, and every arbitrary of such; with
 * `exported` the one of that name. With `kind` the exports are rules, orders or phases of that kind, to which the kit adds the rest of a pipeline.
 */
export const loadPipelines = async (
  file: string,
  { exported, kind }: { readonly exported?: string; readonly kind?: PolicyKind }
): Promise<Either<readonly InputError[], Loaded>> => {
  const module = await loadModule(file)
  if (isLeft(module)) return module
  const all = module.right
  const names = Object.keys(all)
  if (exported !== undefined && !names.includes(exported))
    return left([{ path: '--export', expected: `one of ${names.join(', ') || 'the exports of the file, which has none'}`, got: exported }])
  const candidates = exported === undefined ? names : [exported]
  const found = candidates.map((name) => ({ name, is: subject(all, name, kind) }))
  const subjects = found.flatMap(({ name, is }) =>
    typeof is === 'string'
      ? []
      : [
          {
            name: name === 'default' ? basename(file) : `${basename(file)}: ${name}`,
            of: is.of,
            ...(name === 'default' ? {} : { exported: name })
          }
        ]
  )
  if (kind !== undefined && subjects.length > 1)
    return left([
      { path: '--export', expected: `the one that is meant by --policy ${kind}`, got: subjects.map(({ exported }) => exported).join(', ') }
    ])
  if (subjects.length > 0) return right({ subjects, leftOut: found.flatMap(({ name, is }) => (typeof is === 'string' ? [name] : [])) })
  const expected = kind === undefined ? 'an exported pipeline' : `an exported ${kindInWords[kind]}`
  return left(
    found.length === 0
      ? [{ path: file, expected, got: 'a file that exports nothing' }]
      : found.map(({ name, is }) => ({
          path: `${file}: ${name}`,
          expected,
          got: String(is),
          ...(kind === undefined ? { hint: 'a rule or a phase needs --policy (see --help)' } : {})
        }))
  )
}

/** What an export is as something to check, or in words why it is nothing of the kind. */
const subject = (all: Exports, name: string, kind: PolicyKind | undefined): { readonly of: Checked } | string => {
  const value = all[name]
  if (kind !== undefined) return fits(value, kind) ? { of: adapters[kind](value as never) } : typeInWords(value)
  if (typeof value === 'function') return ofFunction(value as (guest: unknown) => unknown, name)
  if (typeof value !== 'object' || value === null) return typeInWords(value)
  if ('pipeline' in value && typeof value.pipeline === 'function')
    return { of: { name: 'name' in value ? String(value.name) : name, pipeline: value.pipeline as never } }
  if ('generate' in value && 'shrink' in value) return { of: value as never }
  return typeInWords(value)
}

/** A pipeline answers a guest with a step; asking it does nothing, since pipelines are pure. */
const ofFunction = (value: (guest: unknown) => unknown, name: string): { readonly of: Checked } | string => {
  let step: unknown
  try {
    step = value({ name: 'guest', pages: 8, pageBytes: 4096 })
  } catch (error) {
    return `a function that throws when it is given a guest (${error instanceof Error ? error.message : String(error)})`
  }
  if (typeof step === 'function') return 'a function that returns a function: call it where it is exported, as precopy()'
  if (typeof step !== 'object' || step === null || !('requests' in step && 'phase' in step))
    return `a function that returns ${typeInWords(step)}`
  return { of: { name: name === 'default' ? 'the pipeline' : name, pipeline: value as never } }
}

const fits = (value: unknown, kind: PolicyKind): boolean =>
  kind === 'prepaging'
    ? typeof value === 'object' && value !== null && 'start' in value && 'faulted' in value && 'take' in value
    : typeof value === 'function'

const adapters: Readonly<Record<PolicyKind, (of: never) => Checked>> = {
  until: policy.until,
  skip: policy.skip,
  pacing: policy.pacing,
  throttle: policy.throttle,
  prepaging: policy.prepaging,
  push: phases.push,
  'stop-and-copy': phases.stopAndCopy,
  pull: phases.pull
}

const kindInWords: Readonly<Record<PolicyKind, string>> = {
  until: 'stop rule',
  skip: 'skip rule',
  pacing: 'pacing',
  throttle: 'throttle',
  prepaging: 'prepaging order (name, start, faulted, take)',
  push: 'push phase',
  'stop-and-copy': 'stop-and-copy phase',
  pull: 'pull phase'
}

const typeInWords = (value: unknown): string => {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
