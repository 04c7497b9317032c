export { acceptMessage, type AcceptDeps, type AcceptedMessage, type IncomingMessage } from './accept-message.ts';
export { clockNotSetMark, type SmtpTrace } from './complete-header.ts';
export { createIntake, type Intake, type IntakeOptions } from './intake.ts';
export { loopbackLimits, type IntakeLimits, type ListenerConfig, type ListenerLimits } from './limits.ts';
