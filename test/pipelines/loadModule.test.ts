import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either'
import { afterAll, describe, expect, it } from 'vitest'
import { loadModule } from '../../pipelines/commands/loadModule'

const folder = mkdtempSync(join(tmpdir(), 'transhume-load-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const exportsOf = async (path: string): Promise<unknown> => {
  const loaded = await loadModule(path)
  return E.isRight(loaded) ? Object.fromEntries(Object.entries(loaded.right)) : loaded.left
}

describe('load module', () => {
  it('exports have their names, and a module that is one value has it by default', async () => {
    expect(await exportsOf(file('named.cjs', 'exports.a = 1; exports.b = 2'))).toEqual({ a: 1, b: 2 })
    expect(await exportsOf(file('one.cjs', 'module.exports = () => 1'))).toEqual({ default: expect.any(Function) })
    expect(await exportsOf(file('both.mjs', 'export const a = 1; export default 2'))).toEqual({ a: 1, default: 2 })
    expect(
      await exportsOf(file('compiled.cjs', 'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = 3'))
    ).toEqual({
      default: 3
    })
  })

  it('a module that only import can load is imported', async () => {
    expect(await exportsOf(file('later.mjs', 'export const a = await Promise.resolve(4)'))).toEqual({ a: 4 })
  })

  it('what a file throws is told, be it an error or not', async () => {
    const path = file('throws.cjs', 'throw 7')
    expect(await exportsOf(path)).toEqual([{ path, expected: 'a file that loads', got: 'an exception (7)' }])
    const broken = file('broken.cjs', '\n(')
    expect(await exportsOf(broken)).toEqual([
      { path: broken, expected: 'a file that loads', got: expect.stringMatching(/^SyntaxError: .* at .*broken\.cjs:\d+$/) }
    ])
  })

  // Nothing is registered with the module loader here, and Node 20 strips no types.
  it.skipIf('typescript' in process.features && Boolean(process.features.typescript))(
    'TypeScript that this Node cannot read is refused, with what to do',
    async () => {
      const path = file('typed.ts', 'export const a: number = 1')
      expect(await exportsOf(path)).toEqual([
        {
          path,
          expected: 'a file that this Node can read',
          got: `TypeScript, and Node ${process.versions.node}`,
          hint: expect.stringContaining('22.18 or later')
        }
      ])
    }
  )
})
