/** 64-bit ARM: the same life; the file system does the same there, so power cuts are tried on the other one. */
import { deviceTests } from './device-tests.ts';

deviceTests('arm64', { crashPoints: 0 });
