export { type SignInConfig } from './config.ts';
export { createSignIn, type By, type SignIn, type SignInParts } from './sign-in.ts';
