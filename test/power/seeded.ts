import * as fc from 'fast-check'

// A mutant is caught or it survives, today as tomorrow: properties draw the same examples in every run.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 })
