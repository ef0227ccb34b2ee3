// node .ci/build.mjs [folder]: builds cjs and esm, both with types, into the folder (dist), from one set of sources. Sources import relative files without an extension, which Node's
// ES modules refuse; the ES module output is completed here, on the syntax tree, so that a string that only looks like an import is left alone.
import { spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const requireFromRoot = createRequire(join(root, 'package.json'))
const dist = resolve(root, process.argv[2] ?? 'dist')
const tsc = requireFromRoot.resolve('typescript/bin/tsc')

const compile = (format) =>
  new Promise((done, failed) => {
    const project = `tsconfig.${format}.json`
    const child = spawn(process.execPath, [tsc, '-p', join(root, '.ci', project), '--outDir', join(dist, format)], {
      cwd: root,
      stdio: 'inherit'
    })
    child.on('error', failed)
    child.on('exit', (code) => (code === 0 ? done() : failed(new Error(`tsc -p .ci/${project} ended with code ${code}`))))
  })

const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

// Packages with an `exports` map, and whole packages, are already spelled as Node wants them; the others are paths to a file.
const completedPackagePath = (specifier, file) => {
  const name = packageOf(specifier)
  if (name === specifier) return specifier
  const folder = join(root, 'node_modules', name)
  if (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).exports) return specifier
  const path = specifier.slice(name.length + 1)
  if (existsSync(join(folder, path)) && /\.\w+$/.test(path)) return specifier
  if (existsSync(join(folder, `${path}.js`))) return `${specifier}.js`
  throw new Error(`${file}: '${specifier}' is no file of ${name}: import from '${name}' or '${name}/lib/...'`)
}

const completed = (specifier, file) => {
  if (specifier.startsWith('node:')) return specifier
  if (!specifier.startsWith('.')) return completedPackagePath(specifier, file)
  const target = resolve(dirname(file), specifier)
  if (existsSync(`${target}.js`) || existsSync(`${target}.d.ts`)) return `${specifier}.js`
  throw new Error(`${file}: '${specifier}' is no file: import a file, without its extension`)
}

const moduleSpecifier = (node) => {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isImportTypeNode(node)) return node.argument.literal
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return node.arguments[0]
  return undefined
}

const commonJsNames = { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' }

const editsOf = (source, file) => {
  const edits = []
  const visit = (node) => {
    const specifier = moduleSpecifier(node)
    if (specifier && ts.isStringLiteral(specifier))
      edits.push({ from: specifier.getStart(source) + 1, to: specifier.getEnd() - 1, text: completed(specifier.text, file) })
    if (ts.isIdentifier(node) && Object.hasOwn(commonJsNames, node.text))
      edits.push({ from: node.getStart(source), to: node.getEnd(), text: commonJsNames[node.text] })
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'require')
      throw new Error(`${file}: require() does not exist in an ES module: use import`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return edits.sort((a, b) => b.from - a.from)
}

const completeFile = (file) => {
  const text = readFileSync(file, 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
  const edits = editsOf(source, file)
  if (edits.length > 0)
    writeFileSync(
      file,
      edits.reduce((whole, edit) => whole.slice(0, edit.from) + edit.text + whole.slice(edit.to), text)
    )
}

const filesUnder = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.js') || name.endsWith('.d.ts'))

const build = async () => {
  rmSync(dist, { recursive: true, force: true })
  await Promise.all([compile('cjs'), compile('esm')])
  // The types of both are the same but for the paths in them, which are completed below.
  for (const file of filesUnder(join(dist, 'cjs')).filter((name) => name.endsWith('.d.ts')))
    copyFileSync(file, join(dist, 'esm', relative(join(dist, 'cjs'), file)))
  writeFileSync(join(dist, 'esm/package.json'), `${JSON.stringify({ type: 'module', sideEffects: false })}\n`)
  filesUnder(join(dist, 'esm')).forEach(completeFile)
  const executable = join(dist, 'cjs/properties/main.js')
  if (!readFileSync(executable, 'utf8').startsWith('#!/usr/bin/env node'))
    throw new Error(`${executable}: the first line is no #!/usr/bin/env node`)
  chmodSync(executable, 0o755)
}

await build().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
