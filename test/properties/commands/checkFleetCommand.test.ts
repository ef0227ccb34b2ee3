import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { said as saidHere } from './terminal'

const folder = mkdtempSync(join(tmpdir(), 'transhume-check-fleet-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const said = (...words: readonly string[]) => saidHere('check-fleet', ...words)

const nobody = file('nobody.cjs', "const idle = () => [[], idle]\nexports.nobody = { name: 'nobody', begin: () => idle }\n")
const hasty = file(
  'hasty.cjs',
  [
    'const decide = ({ hosts, on, moving, host }) => [',
    '  on.flatMap((there, at) => there.filter((vm) => moving[vm] === 0 && host[vm] === at && hosts.length > 1).slice(0, 1)',
    "    .map((vm) => ({ type: 'startMigration', vm, to: (at + 1) % hosts.length }))), decide]",
    "exports.hasty = { name: 'hasty', begin: () => decide }"
  ].join('\n')
)

describe('check-fleet', () => {
  it('says of a manager that it holds, and what its days had in them', async () => {
    const { out, code } = await said(nobody, '--runs', '300', '--mitigates')
    expect(code).toBe(0)
    expect(out).toMatch(/^nobody: 300 days without a violation \(seed 1\)\n/)
    expect(out).toMatch(/ {2}never {2}a VM moves\n/)
  })

  it('tells a counterexample, and how to see it again', async () => {
    const { out, code } = await said(hasty, '--runs', '100', '--mitigates', '--seed', '3')
    expect(code).toBe(1)
    expect(out).toMatch(/^hasty breaks hotspotsHaveEvidence after /)
    const [, seed, path] = /--mitigates --seed (\d+) --path ([\d:]+)\n$/.exec(out)!
    const again = await said(hasty, '--mitigates', '--seed', seed, '--path', path)
    expect(again.out.split('\n').slice(1, 3)).toEqual(out.split('\n').slice(1, 3))
  })

  it('refuses what it cannot read', async () => {
    expect(await said(nobody, '--runs', 'many')).toMatchObject({ code: 2 })
    expect((await said(nobody, '--path', '1:2')).err).toContain('--path: expected the seed that it belongs to')
    expect((await said(hasty, '--seed', '1', '--path', '7:99:99:99')).err).toContain('--path: expected a path of this check')
    expect((await said(file('other.cjs', 'exports.a = 1\n'))).err).toContain('expected an export that is a manager of a fleet')
  })
})
