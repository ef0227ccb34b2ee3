import { readFileSync } from 'node:fs'
import { chain, type Either, isLeft, left, mapLeft, right } from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { type Config, readConfig } from '../../lib/codec/config'
import type { Problem } from '../../lib/codec/decode'
import { type Experiment, experiment } from '../experiment/experiment'
import type { InputError } from '../experiment/inputError'
import { notAFile } from '../experiment/notAFile'
import { contradictions } from './contradictions'
import { downtimeLimitFrom, type ExperimentFlags, withFlags } from './flags'
import { furtherNamed, namedTechniques, usualExperiment } from './usualExperiment'

/** What a command line says of an experiment: a configuration file, if any, names of techniques, and flags that go before what the file says. */
export type Choice = {
  readonly file: string | undefined
  readonly techniques: string | undefined
  readonly flags: ExperimentFlags
  /** The techniques where neither the file nor the flags name any. */
  readonly otherwise: readonly string[]
}

/** The experiment that a command line asks for, ready to run, or all that is wrong with it. */
export const chooseExperiment = ({ file, techniques, flags, otherwise }: Choice): Either<readonly InputError[], Experiment> => {
  const names = techniques?.split(',').map((name) => name.trim())
  const all = [...namedTechniques(downtimeLimitFrom(flags)), ...furtherNamed(downtimeLimitFrom(flags))]
  const unknown = names?.find((name) => all.every((one) => one.name !== name))
  if (unknown !== undefined)
    return left([{ path: '--technique', expected: `one of ${all.map(({ name }) => name).join(', ')}`, got: JSON.stringify(unknown) }])
  const chosen = (names ?? otherwise).map((name) => all.find((one) => one.name === name)!)
  const usual = usualExperiment(chosen)
  return pipe(
    file === undefined ? right(usual) : configFile(file),
    chain((config) => {
      const wrong = contradictions({ flags, config, file, named: names && usual.techniques })
      return wrong.length > 0 ? left(wrong) : right(config)
    }),
    chain((config) => withFlags(file !== undefined && names !== undefined ? { ...config, techniques: usual.techniques } : config, flags)),
    chain(experiment),
    mapLeft((errors) => (file === undefined ? errors.map(asFlag) : errors.map((error) => inFile(file, error))))
  )
}

const configFile = (file: string): Either<readonly InputError[], Config> => {
  const got = notAFile(file)
  if (got !== undefined)
    return left([{ path: '', expected: 'a configuration file in JSON', got, hint: 'npm start -- run --example prints one' }])
  const config = readConfig(readFileSync(file, 'utf8'))
  return isLeft(config) ? left(config.left.map((problem: Problem): InputError => problem)) : config
}

const inFile = (file: string, error: InputError): InputError =>
  error.path.startsWith('--') ? error : { ...error, path: error.path === '' ? file : `${file}: ${error.path}` }

/** A path of the configuration as the flag that sets it. */
const asFlag = (error: InputError): InputError => {
  const flag = [
    ['guest.workload.trace', '--trace'],
    ['guest.workload', '--workload'],
    ['guest.memory', '--memory'],
    ['guest', '--guest'],
    ['link', '--bandwidth']
  ].find(([path]) => error.path === path || error.path.startsWith(`${path}: `))
  return flag === undefined ? error : { ...error, path: error.path.replace(flag[0], flag[1]) }
}
