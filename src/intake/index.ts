export { acceptMessage, type AcceptDeps, type AcceptedMessage, type IncomingMessage } from './accept-message.ts';
export { HeaderCollector, type HeaderSection } from './header-section.ts';
export { clockNotSetMark, type SmtpTrace } from './complete-header.ts';
export { type ClientSummary } from './dialogue-recorder.ts';
export { createIntake, type Intake, type IntakeOptions, type LanAccess } from './intake.ts';
export { type IntakeLimits, type ListenerConfig, type TlsIdentity } from './limits.ts';
export { createLoginCheck, type LoginCheck } from './login.ts';
