/** The device that most printers are: 32-bit ARM, with every power cut. */
import { deviceTests } from './device-tests.ts';

deviceTests('armhf', { crashPoints: Number(process.env['MFP_IMAGE_CRASH_POINTS'] ?? '48') });
