#!/usr/bin/env node
import { commandLine, perform } from '../pipelines/commands/commandLine'

void perform(commandLine(), process.argv)
