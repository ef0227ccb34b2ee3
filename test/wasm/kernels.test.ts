import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { generatedKernels } from './kernels'

it('the compiled kernels of lib are those of its sources (npm run kernels)', () => {
  for (const { path, text } of generatedKernels()) expect(readFileSync(path, 'utf8') === text, path).toBe(true)
})
