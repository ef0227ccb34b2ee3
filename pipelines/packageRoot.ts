import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The absolute folder in which this package was installed or checked out; `join(packageRoot(), 'traces')` holds the shipped traces.
 *
 * The same sources run from the checkout, from dist/cjs and from dist/esm, each at another depth, so the answer is searched upwards from this
 * file: the first package.json that bears our name (dist/esm has a nameless one of its own). Throws `Error` when a bundler has moved the code
 * out of its package. Cost: at most five small reads; nothing is remembered.
 */
export const packageRoot = (): string => upwards(__dirname)

const upwards = (folder: string): string => {
  if (isOurs(join(folder, 'package.json'))) return folder
  const above = dirname(folder)
  if (above === folder) throw new Error(`packageRoot: no package.json of transhume above ${__dirname}: the shipped traces cannot be found`)
  return upwards(above)
}

const isOurs = (file: string): boolean => existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'transhume'
