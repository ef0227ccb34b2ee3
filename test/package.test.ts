import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../pipelines/packageRoot'

const root = resolve(__dirname, '..')
const bin = (name: string): string => join(root, 'node_modules/.bin', name)
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'transhume-package-'))
const staged = join(folder, 'staged')
const user = join(folder, 'user')
const tarball = join(folder, `transhume-${manifest.version}.tgz`)

const run = (command: string, args: readonly string[], cwd: string): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' }
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status ?? error}\n${stdout}\n${stderr}`)
  return stdout
}

/**
 * What a user does first, in the words of every module system: page sets, virtual time, the three entry points. What is added here is run in all
 * of them. `entries` brings `lib`, `pipelines`, `properties` and two operators of rxjs into scope.
 */
const program = (entries: string): string => `${entries}
const { fromPages, toArray, union } = lib.pageSet
console.log('pages', toArray(union(fromPages(8, [1, 2]), fromPages(8, [2, 7]))).join(' '))

const clock = lib.timeline()
const ticks = interval(1_000, clock).pipe(take(3)).subscribe((tick) => console.log('tick', tick, 'at', clock.now()))
clock.run(10_000)
console.log('closed', ticks.closed)

const workload = lib.hotCold({ pages: 512, writesPerSecond: 20_000 })
const world = lib.datacentre({ guests: { db: lib.vm({ workload }) }, link: lib.link({ gigabitsPerSecond: 1 }) })
const until = lib.stopRule.or(lib.stopRule.residualBelow({ pages: 16 }), lib.stopRule.roundsAtMost(5))
for (const pipeline of [pipelines.stopAndCopy(), pipelines.precopy({ until }), pipelines.postcopy(), pipelines.hybrid()])
  lib.run(pipeline, world, { seed: 1 }).pipe(lib.folded(lib.measure())).subscribe(({ db }) => {
    console.log('migration', db.outcome?.type, 'pages', db.pagesTransferred >= 512, 'down', db.downtime > 0 && db.downtime < (db.totalTime ?? 0))
  })

console.log('entry points', Object.keys(pipelines).length > 0, Object.keys(properties).length > 0)
`
const printed = [
  'pages 1 2 7',
  'tick 0 at 1000',
  'tick 1 at 2000',
  'tick 2 at 3000',
  'closed true',
  ...Array.from({ length: 4 }, () => 'migration completed pages true down true'),
  'entry points true true',
  ''
].join('\n')

const entryNames = [
  ['lib', 'transhume'],
  ['pipelines', 'transhume/pipelines'],
  ['properties', 'transhume/properties']
] as const
const required = [
  ...entryNames.map(([name, from]) => `const ${name} = require('${from}')`),
  "const { interval, take } = require('rxjs')"
].join('\n')
const imported = [...entryNames.map(([name, from]) => `import * as ${name} from '${from}'`), "import { interval, take } from 'rxjs'"].join(
  '\n'
)
const typed = `${imported}\ndeclare const console: { log(...words: readonly unknown[]): void }`

const strict = { target: 'ES2022', lib: ['ES2022'], types: [], strict: true, module: 'node16', moduleResolution: 'node16' }

const inUserFolder = (name: string, text: string): string => {
  writeFileSync(join(user, name), text)
  return name
}

const stageAndPack = (): void => {
  mkdirSync(staged)
  for (const path of ['package.json', 'LICENSE', 'README.md', ...manifest.files])
    if (path !== 'dist' && existsSync(join(root, path))) cpSync(join(root, path), join(staged, path), { recursive: true })
  run(process.execPath, [join(root, '.ci/build.mjs'), join(staged, 'dist')], root)
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], staged)
}

// The versions of the lock file are installed, so that the result does not depend on what was published since, nor on the network where npm's
// cache has them.
const install = (): void => {
  mkdirSync(user)
  inUserFolder('package.json', JSON.stringify({ name: 'user', private: true, dependencies: { transhume: `file:${tarball}` } }))
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const shipped = Object.entries<{ dev?: boolean }>(lock.packages).filter(([path, { dev }]) => path !== '' && !dev)
  inUserFolder(
    'package-lock.json',
    JSON.stringify({ ...lock, name: 'user', packages: { '': { name: 'user' }, ...Object.fromEntries(shipped) } })
  )
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'], user)
}

describe('package', () => {
  beforeAll(() => {
    stageAndPack()
    install()
  }, 240_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('npm pack builds before it packs', () =>
    expect(manifest.scripts).toMatchObject({ prepack: 'npm run build', build: 'node .ci/build.mjs' }))

  it('the tarball holds the builds, the traces and the documents, and nothing else', () => {
    const installed = join(user, 'node_modules/transhume')
    expect(readdirSync(installed).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'package.json',
      'pipelines',
      'properties',
      'traces'
    ])
    expect(readdirSync(join(installed, 'pipelines'), { recursive: true }).sort()).toEqual(['README.md', 'managers', 'managers/README.md'])
    expect(readdirSync(join(installed, 'properties'))).toEqual(['README.md'])
    expect(readdirSync(join(installed, 'dist')).sort()).toEqual(['cjs', 'esm'])
    expect(readdirSync(join(installed, 'traces'))).toEqual(readdirSync(join(root, 'traces')))
    for (const build of ['cjs', 'esm'])
      expect(
        readdirSync(join(installed, 'dist', build))
          .filter((name) => name !== 'package.json')
          .sort()
      ).toEqual(['lib', 'pipelines', 'properties'])
  })

  it('the dependencies come with it', () =>
    expect(Object.keys(manifest.dependencies).filter((name) => !existsSync(join(user, 'node_modules', name)))).toEqual([]))

  it('CommonJS requires it', () => expect(run(process.execPath, [inUserFolder('user.cjs', program(required))], user)).toBe(printed))

  it('an ES module imports it', () => expect(run(process.execPath, [inUserFolder('user.mjs', program(imported))], user)).toBe(printed))

  it('ts-node checks the types of a program against the shipped ones, and runs it', () => {
    inUserFolder('tsconfig.json', JSON.stringify({ compilerOptions: strict }))
    expect(run(bin('ts-node'), [inUserFolder('user.ts', program(typed))], user)).toBe(printed)
  })

  it('tsx runs it as CommonJS and as an ES module', () => {
    expect(run(bin('tsx'), [inUserFolder('user.cts', program(typed))], user)).toBe(printed)
    expect(run(bin('tsx'), [inUserFolder('user.mts', program(typed))], user)).toBe(printed)
  })

  it('the shipped types are whole, need no types of Node, and refuse a wrong program in both module systems', () => {
    const wrong = "import { pageSet } from 'transhume'\npageSet.fromPages('eight', [1])\n"
    const files = [
      ['right.cts', program(typed)],
      ['right.mts', program(typed)],
      ['wrong.cts', wrong],
      ['wrong.mts', wrong]
    ].map(([name, text]) => inUserFolder(name, text))
    inUserFolder('tsconfig.all.json', JSON.stringify({ compilerOptions: { ...strict, noEmit: true, skipLibCheck: false }, files }))
    const { stdout } = spawnSync(bin('tsc'), ['-p', 'tsconfig.all.json', '--pretty', 'false'], { cwd: user, encoding: 'utf8' })
    // Declarations of other packages are theirs to mend.
    const findings = stdout
      .split('\n')
      .filter((line) => /error TS/.test(line) && (!line.startsWith('node_modules/') || line.includes('/transhume/')))
    expect(findings.map((line) => line.replace(/: error (TS\d+).*/, ' $1'))).toEqual(['wrong.cts(2,19) TS2345', 'wrong.mts(2,19) TS2345'])
  })

  it('both builds, and the sources, find the traces they came with', () => {
    const installed = join(user, 'node_modules/transhume')
    const load = "import('file://' + process.argv[1]).then((m) => console.log(m.packageRoot()))"
    const rootSeenBy = (file: string): string => run(process.execPath, ['-e', load, file], folder).trim()
    expect(rootSeenBy(join(installed, 'dist/cjs/pipelines/packageRoot.js'))).toBe(realpathSync(installed))
    expect(rootSeenBy(join(installed, 'dist/esm/pipelines/packageRoot.js'))).toBe(realpathSync(installed))
    expect(packageRoot()).toBe(root)
  })

  it('publint finds nothing to say', () => expect(run(bin('publint'), [tarball, '--strict'], folder)).toContain('All good!'))

  it('attw resolves every entry point in every mode of resolution', () =>
    expect(run(bin('attw'), [tarball, '--format', 'ascii', '--no-emoji'], folder)).toContain('No problems found'))

  it('the executable is installed and answers', () => {
    const answer = run(join(user, 'node_modules/.bin/transhume'), ['--help'], user)
    expect(answer).toContain('transhume')
    for (const command of ['run', 'compare', 'replay', 'record', 'trace']) expect(answer).toContain(command)
  })
})
