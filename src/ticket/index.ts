export { type TicketFile } from './compose.ts';
export { Counter, type CounterFile } from './counter.ts';
export { submitMessage, submitTicket, type RawMessage, type Submitter, type TicketDeps } from './submit.ts';
export { checkTicket, idempotencyKeySchema, maxFiles, readTicket, ticketSchema, type Ticket } from './ticket.ts';
export { createTickets, type FormBody, type Tickets } from './tickets.ts';
