// npm run kernels: compiles the kernels of the networks on chip to WebAssembly, from the functions of lib that are their plain form, and writes the files that hold them.
import { writeFileSync } from 'node:fs'
import { generatedKernels } from '../test/wasm/kernels'

for (const { path, text } of generatedKernels()) {
  writeFileSync(path, text)
  console.log(`${path}: ${text.length} characters`)
}
