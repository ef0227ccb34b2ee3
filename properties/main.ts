#!/usr/bin/env node
import { perform } from '../pipelines/commands/commandLine'
import { kitCommandLine } from './commands/kitCommandLine'

void perform(kitCommandLine(), process.argv)
