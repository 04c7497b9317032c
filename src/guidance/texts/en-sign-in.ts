/** English: what the identity service says, on the phone, while polling and at renewals. Keys are ids of `entries.ts`. */
import { say } from './text.ts';

const signInLogs = 'At {pathSignInLogs}: open the refused sign-in of {mailbox} and read the tab "Conditional Access".';
const excludeAccount =
  'At {pathConditionalAccess} > (the policy) > Users > Exclude: add {mailbox}, or exclude the public network address of this site.';
const sendConsentLink =
  'Send this link to an administrator of your organisation; once is enough for all devices:\n{consentLink}';
const signInHere = 'Sign in at this device with the account {mailbox}.';

export const enSignIn = {
  // The sign-in itself
  'sign-in-needed': say(
    'Sign-in needed',
    'Sign this device in to its mailbox.|Scans wait until then.',
    'This device is not signed in to its mailbox, or the sign-in has ended. Scans are kept and go out after the sign-in.',
    signInHere,
  ),
  'sign-in-waiting': say(
    'Waiting for the phone',
    'Type the code on your phone or|computer.',
    'The code has not been approved yet. Open the address shown, type the code, and sign in with the mailbox of this device.',
  ),
  'poll-slower': say(
    'Waiting for the phone',
    'Type the code on your phone or|computer.',
    'The identity service asked to be asked less often. Go on with the code; nothing is wrong.',
  ),
  'confirm-on-phone': say(
    'Confirm on the phone',
    'The phone asks if you want to sign in.|Choose "Continue".',
    'The phone asks whether you are trying to sign in to this application. Choose "Continue" if you started the sign-in at this device yourself, and only then.',
  ),
  'user-code-wrong': say(
    'Code typed wrongly',
    'The code was typed wrongly. Type it|again as shown here.',
    'The page on the phone does not know the code. Type it again exactly as the device shows it; 0 and O, 1 and I are different.',
  ),
  'user-code-used': say(
    'Code was used already',
    'This code was used already. Get a new|code.',
    'The code was already approved or declined, or nothing was typed. Start the sign-in again.',
    'Get a new code.',
  ),
  'sign-in-declined': say(
    'Sign-in was declined',
    'The sign-in was declined on the phone.|What did the phone show?',
    'Somebody chose "Cancel" or "No", or the phone showed an error first. A number that begins with AADSTS can be looked up at this device.',
    'Start again and choose "Continue" and "Accept" on the phone.',
  ),
  'sign-in-expired': say(
    'Code expired',
    'The code has expired. What did the|phone show? Get a new code.',
    'A code is good for about 15 minutes. If the phone showed an error with a number that begins with AADSTS, it can be looked up at this device.',
    'Have phone and password ready, then get a new code.',
  ),
  'not-confirmed': say(
    'Nobody confirmed the account',
    'Nobody confirmed the account in time.|Sign in again.',
    'Somebody signed in on the phone, but the question "Use this mailbox?" was not answered at the device within ten minutes. Nothing was stored.',
    'Sign in again, compare the account that is shown, and confirm it.',
  ),
  'device-code-unknown': say(
    'Code not known',
    'The service does not know this code.|Get a new code.',
    'The identity service does not know the code of this device. If a new code ends the same way, the cloud or the sign-in host is wrong.',
    'Get a new code. If it stays, check "Cloud" in the settings; the sign-in host is {loginHost}.',
  ),
  'code-already-used': say(
    'Sign-in was interrupted',
    'The sign-in was interrupted. Get a new|code.',
    'The page on the phone was left open too long, or used twice. Start over.',
    'Close the page on the phone, then get a new code.',
  ),
  'sign-in-cancelled': say(
    'Sign-in was cancelled',
    'The sign-in was cancelled. Start again|when you are ready.',
    'The sign-in was cancelled at the device. Nothing was changed.',
  ),
  'sign-in-too-often': say(
    'Too many attempts',
    'Too many sign-in attempts. Wait 10|minutes, then try again.',
    'The sign-in was started too often in a short time. The limit protects against misuse of codes.',
  ),
  'sign-in-not-running': say(
    'No sign-in is running',
    'No sign-in is running. Start it first.',
    'There is nothing to confirm or to cancel: the sign-in has ended already.',
  ),
  'sign-in-not-needed': say(
    'No sign-in needed',
    'This mail server needs no sign-in at|the device.',
    'The service provider is "not specified": mail goes to a plain mail server. Choose Exchange Online to sign in.',
  ),
  'wrong-region': say(
    'Approved from another region',
    'Approve the code in the region of your|organisation, not through a VPN abroad.',
    'The code was approved from a network in another region of the service than the one it was made in.',
    'Repeat it with the phone in the same network as this device, without VPN.',
  ),
  // Application and settings
  'app-not-found': say(
    'Application not known',
    'The client id is not known here. An|administrator must check it.',
    'The organisation or the cloud does not know the client id {clientId}. Usual causes: a typing error, the wrong cloud, or no administrator has allowed the application yet.',
    'Check client id, "Cloud" and tenant ({tenant}) in the settings. If they are right:\n' + sendConsentLink,
  ),
  'app-disabled': say(
    'Application switched off',
    'The application is switched off. Tell|the administrator.',
    'The application {clientId} exists, but it is switched off in your organisation.',
    'At {pathEnterpriseApps} > (the application) > Properties > Enabled for users to sign in: Yes',
  ),
  'app-not-public': say(
    'Application wants a secret',
    'The application must allow devices. An|administrator must change it.',
    'The registration of the application does not allow programs without a secret, and a device keeps none.',
    'At {pathApps} > {clientId} > Authentication > Allow public client flows: Yes. Then sign in again.',
  ),
  'app-sends-secret': say(
    'A secret was sent',
    'The application was asked in a wrong|way. Tell the maker of this device.',
    'The service complains about a secret; this program sends none. A proxy changes the requests, or this is a fault.',
    'Exempt {loginHost} from inspection by proxies. If it stays, send the log to the maker.',
  ),
  'app-single-tenant': say(
    'Application belongs to one organisation',
    'The tenant in the settings must be your|organisation. Tell the administrator.',
    'The application is registered for one organisation only, but the setting "Tenant" is {tenant}.',
    'Enter the tenant id or a domain of your organisation as "Tenant", then sign in again.',
  ),
  'tenant-too-wide': say(
    'Tenant setting not possible',
    'The tenant in the settings must be your|organisation. Tell the administrator.',
    'This kind of sign-in is not possible with the tenant {tenant}.',
    'Set "Tenant" to the tenant id of your organisation, or to organizations.',
  ),
  'app-not-for-personal': say(
    'Not for personal accounts',
    'Use a work account, or ask the|administrator to change the settings.',
    'The application or the mail service in the settings is not for personal accounts, or the tenant {tenant} does not fit it.',
    'For a work account set "Tenant" to the tenant id or to organizations. For Outlook.com the registration must allow personal accounts.',
  ),
  'request-malformed': say(
    'Request not understood',
    'The sign-in service did not understand.|Tell the maker of this device.',
    'The identity service found the request malformed. A proxy that changes requests, a wrong setting, or a fault of this program causes this.',
    'Check cloud, tenant and scope in the settings. If they are right, send the log to the maker.',
  ),
  'scope-wrong': say(
    'Scope setting not valid',
    'A setting of the sign-in is wrong. Tell|the administrator.',
    'The scope in the settings is not one the service knows, or names two services at once.',
    'Clear the setting "Scope", so that the one of the chosen cloud is used.',
  ),
  'authority-wrong': say(
    'Sign-in host not valid',
    'The sign-in host is wrong. Tell the|administrator.',
    'The identity service refuses the sign-in host {loginHost} or the tenant {tenant}.',
    'Clear the setting "Sign-in host", so that the one of the chosen cloud is used.',
  ),
  // Consent
  'consent-needed': say(
    'Consent needed',
    'The application must be allowed first.|Tell the administrator.',
    'Nobody has allowed the application to send mail for this account. Many organisations let only administrators do that.',
    sendConsentLink + '\nThen sign in again.',
  ),
  'admin-consent-needed': say(
    'Administrator must allow the application',
    'An administrator must allow the|application. Then sign in again.',
    'In your organisation only an administrator may allow applications. A request made on the phone waits for them.',
    sendConsentLink + '\nThen sign in again.',
  ),
  'consent-declined': say(
    'Consent was declined',
    'The phone asked for permission and got|"Cancel". Try again, choose "Accept".',
    'On the phone the question whether the application may send mail was answered with "Cancel".',
    'Get a new code and choose "Accept" on the phone. If that is not allowed there:\n' + sendConsentLink,
  ),
  'permission-missing': say(
    'Permission missing in the application',
    'The application lacks a permission.|Tell the administrator.',
    'The registration of the application does not contain the permission to send mail by SMTP.',
    'At {pathApps} > {clientId} > API permissions > Add > Microsoft Graph > Delegated: SMTP.Send. ' +
      'Grant admin consent, then sign in again.',
  ),
  'service-missing': say(
    'Mail service not in the organisation',
    'Your organisation lacks this mail|service. Tell the administrator.',
    'The organisation has no Exchange Online, or the scope in the settings belongs to another cloud.',
    'Check that the account has an Exchange Online licence, and that "Cloud" in the settings is the right one ({cloud}).',
  ),
  'user-not-assigned': say(
    'Account is not assigned',
    'This account may not use the|application. Tell the administrator.',
    'The application is limited to assigned users, and this account is not one of them.',
    'At {pathEnterpriseApps} > (the application) > Users and groups: add {mailbox}. Then sign in again.',
  ),
  'partner-consent': say(
    'Partner has not allowed the application',
    'A partner of your organisation must|allow this. Tell the administrator.',
    'The organisation is managed by a partner, and the application is not allowed there yet.',
    'Send this link to the partner, who allows the application for this organisation:\n{consentLink}',
  ),
  'redirect-not-registered': say(
    'Redirect address is not registered',
    'The consent page showed an error. Tell|the administrator.',
    'The consent page found no matching redirect address in the registration of the application.',
    'At {pathApps} > {clientId} > Authentication > Add a platform > Mobile and desktop applications:\n' +
      'https://{loginHost}/common/oauth2/nativeclient\nThen open the consent link again:\n{consentLink}',
  ),
  // Account
  'account-not-here': say(
    'Account not known here',
    'The account is not known here. Sign in|with the mailbox of this device.',
    'The account used on the phone does not belong to this organisation, or was mistyped.',
    'Get a new code and sign in with {mailbox}. On the phone use "Use another account" or a private window.',
  ),
  'account-type-refused': say(
    'Wrong kind of account',
    'This kind of account cannot be used.|Use the mailbox of this device.',
    'A personal account was used where a work account is needed, or the other way round.',
    'Get a new code and sign in with {mailbox}, or check "Cloud" and "Tenant" in the settings.',
  ),
  'account-changed': say(
    'Another account answered',
    'Another account answered than before.|Sign in again.',
    'The identity service answered for another account than the one that signed in. Nothing is sent with it; scans are kept.',
    signInHere,
  ),
  'personal-account-refused': say(
    'Personal account not possible',
    'Personal accounts are not possible|here. Use a work account.',
    'A personal account (Outlook.com, Hotmail, Live) signed in, and the chosen cloud has none.',
    'Sign in with a work account, or choose the cloud "Global".',
  ),
  'guest-account-refused': say(
    'Guest account not possible',
    'Guest accounts are not possible. Use a|mailbox of this organisation.',
    'The account is a guest in this organisation and has no mailbox here.',
    'Sign in with a member account that has a mailbox, or set "Tenant" to the organisation the account belongs to.',
  ),
  'identity-incomplete': say(
    'Account could not be recognised',
    'The service did not say who signed in.|Tell the administrator.',
    'The answer after the sign-in named no account in the form of an address, so it cannot be compared with the device e-mail address.',
    'Sign in with an account whose user name is an address. In the app registration, the optional claim "upn" of the ID token helps.',
  ),
  'password-wrong': say(
    'Wrong password',
    'The password was wrong. Type it again|on the phone.',
    'The phone did not accept the password. After several wrong ones the account is locked for a while.',
    'Type the password of {mailbox} again, or reset it at the sign-in page; get a new code if this one has expired.',
  ),
  'password-expired': say(
    'Password expired',
    'The password has expired. Change it,|then sign in again.',
    'The password of the account must be changed first.',
    'Sign in to the account {mailbox} on a computer, change the password, then sign in here again.',
  ),
  'account-locked': say(
    'Account locked for a while',
    'The account is locked. Wait, or tell|the administrator.',
    'Too many wrong passwords, or a network address with a bad name, locked the account for a while.',
    'Wait 15 minutes and try again. ' + signInLogs,
  ),
  'account-disabled': say(
    'Account switched off',
    'The account is switched off. Tell the|administrator.',
    'The account {mailbox} is blocked from signing in.',
    'At {pathUsers} > {mailbox} > Account enabled: Yes. Then sign in again.',
  ),
  'user-at-risk': say(
    'Account considered at risk',
    'The service considers the account at|risk. Tell the administrator.',
    'The organisation blocks accounts that may have been compromised.',
    'At {pathRiskyUsers}: check {mailbox}, reset its password, dismiss the risk. Then sign in again.',
  ),
  // Policies
  'mfa-registration': say(
    'Security information missing',
    'The account must set up a second|factor first. Do it on a computer.',
    'The organisation asks for a second factor, and this account has none yet.',
    'Sign in to the account {mailbox} on a computer and follow "More information required". Then sign in here again.',
  ),
  'mfa-needed': say(
    'Second factor needed',
    'A second factor is needed. Sign in|again and approve it.',
    'The sign-in needs a second factor (app, code or key), or the last one no longer counts.',
    signInHere + ' Approve the second factor on the phone.',
  ),
  'policy-blocked': say(
    'Blocked by a policy',
    'A policy of your organisation blocks|this device. Tell the administrator.',
    'A sign-in policy of the organisation does not allow this sign-in. Scans are kept.',
    signInLogs + '\n' + excludeAccount,
  ),
  'policy-challenge': say(
    'Policy wants another proof',
    'A policy of your organisation wants|more proof. Tell the administrator.',
    'A policy asks for a proof that a device cannot give. Scans are kept.',
    signInLogs + '\n' + excludeAccount,
  ),
  'device-wanted': say(
    'Policy wants a managed device',
    'A policy wants a managed device. Tell|the administrator.',
    'A policy lets only managed or registered devices sign in. A printer cannot be one. Scans are kept.',
    excludeAccount + '\nThen sign in again.',
  ),
  'conditional-access': say(
    'Blocked by Conditional Access',
    'A policy of your organisation blocks|this device. Tell the administrator.',
    'A Conditional Access policy blocked the sign-in. Often it is a policy against device codes. Scans are kept.',
    signInLogs + '\n' + excludeAccount + '\nThen sign in again.',
  ),
  'device-code-blocked': say(
    'Device codes are blocked',
    'Your organisation blocks device codes.|Tell the administrator.',
    'A policy blocks signing in with a device code, or allows it for managed devices only. Scans are kept.',
    excludeAccount + ' The policy is often named "Block device code flow".\nThen sign in again.',
  ),
  'device-code-session-blocked': say(
    'Policy ended sign-ins by device code',
    'A policy now blocks devices signed in by|code. Tell the administrator.',
    'A policy of the organisation against device codes also refuses devices that signed in with one before it was switched on: the sign-in of {mailbox} at this device is no longer accepted. Signing in again does not help until the policy is changed. Scans are kept.',
    excludeAccount +
      ' The policy is often named "Block device code flow", with the condition "Authentication flows".\nThen sign in again.',
  ),
  'security-defaults-sign-in': say(
    'Blocked by security defaults',
    'The security defaults of your|organisation block this. Tell the|administrator.',
    'The security defaults of the organisation block this sign-in. Scans are kept.',
    'At {pathSecurityDefaults}. Conditional Access policies in their place allow an exception for {mailbox}.',
  ),
  'tenant-restricted': say(
    'Blocked by the network',
    'The network blocks this organisation.|Tell the network team.',
    'A web proxy in your network allows only certain organisations to sign in, and this one is not among them.',
    'Add the tenant {tenant} to the tenant restrictions of the proxy, or let this device reach {loginHost} past it.',
  ),
  'cross-tenant-policy': say(
    'Blocked between organisations',
    'A policy between organisations blocks|this. Tell the administrator.',
    'A cross-tenant access policy blocks this account or application.',
    'Sign in with an account of the organisation {tenant}, or change it at {pathCrossTenant}.',
  ),
  'sign-in-frequency': say(
    'Sign-in needed again',
    'Your organisation wants a new sign-in.|Sign in again.',
    'A policy ends sign-ins after a fixed time. It will happen again each time that is over. Scans are kept.',
    signInHere +
      '\nTo make it rarer, at {pathConditionalAccess} > (the policy) > Session > Sign-in frequency: exclude {mailbox} or choose a longer time.',
  ),
  // Session
  'session-unused': say(
    'Sign-in too old',
    'The sign-in was unused too long. Sign|in again.',
    'A sign-in that is not renewed for about 90 days ends. This device renews it weekly, so it was probably switched off or without network.',
    signInHere,
  ),
  'session-revoked': say(
    'Sign-in was ended',
    'The sign-in was ended, often by a new|password. Sign in again.',
    'The sign-in was revoked: the password was changed or reset, or an administrator ended all sessions. Scans are kept.',
    signInHere,
  ),
  'grant-invalid': say(
    'Sign-in no longer valid',
    'The sign-in is no longer valid. Sign in|again.',
    'The identity service does not accept the stored sign-in: it was made for another application, or is damaged.',
    signInHere,
  ),
  'token-from-web-app': say(
    'Wrong kind of application',
    'The application is of a wrong kind.|Tell the administrator.',
    'The sign-in was made with a registration for web pages; such sign-ins end after 24 hours.',
    'At {pathApps} > {clientId} > Authentication: use the platform "Mobile and desktop applications". Then sign in again.',
  ),
  'tenant-differs': say(
    'Another organisation',
    'The sign-in belongs to another|organisation. Sign in again.',
    'The code or the sign-in was made for another organisation than the one in the settings ({tenant}).',
    'Check "Tenant" in the settings, then sign in again.',
  ),
  'identity-refused': say(
    'Sign-in refused',
    'The sign-in was refused. Tell the|administrator.',
    'The identity service refused with a reason this device has no text for.[ It said: {reply}]',
    signInLogs + '\nA number can be looked up at:\nhttps://{loginHost}/error',
  ),
  // Cloud and organisation
  'tenant-unknown': say(
    'Organisation not found',
    'The organisation was not found. Check|cloud and tenant in the settings.',
    'The identity service of this cloud does not know the tenant {tenant}. It may be right, but in another cloud.',
    'Check "Cloud" ({cloud}) and "Tenant" in the settings.',
  ),
  'tenant-not-derived': say(
    'Organisation not recognised',
    'The service cannot tell which|organisation it is. Tell the|administrator.',
    'From the account and the setting "Tenant" ({tenant}) the service could not tell the organisation.',
    'Enter the tenant id or a domain of your organisation as "Tenant".',
  ),
  'wrong-cloud': say(
    'Wrong cloud',
    'The account belongs to another cloud.|Tell the administrator.',
    'The account or organisation belongs to another national cloud than the one in the settings ({cloud}).',
    'Choose the right "Cloud" in the settings, with a client id registered there, then sign in again.',
  ),
  'app-in-other-cloud': say(
    'Application of another cloud',
    'The application belongs to another|cloud. Tell the administrator.',
    'The client id {clientId} was registered in another national cloud. Each cloud needs a registration of its own.',
    'Register the application at {pathApps} > New registration, and enter the client id from there.',
  ),
  'us-gov-through-public': say(
    'Wrong cloud',
    'This account belongs to the US|Government cloud. Change the setting.',
    'An account of the US Government cloud was used through the public one.',
    'Choose the cloud "US Government (GCC High)" or "US Government (DoD)" with a client id registered there, then sign in again.',
  ),
  // Service
  'identity-unavailable': say(
    'Sign-in service not available',
    'The sign-in service is not available.|{again}',
    'The identity service {loginHost} has a passing fault. {again}',
  ),
  'identity-throttled': say(
    'Sign-in service asks to wait',
    'The sign-in service asks to wait.|{again}',
    'The identity service has had too many requests from this device or organisation and asks to wait. {again}',
  ),
  'identity-loop': say(
    'Sign-in service asks to wait',
    'Too many requests. Some minutes of|waiting help.|{again}',
    'The identity service saw the same request too often. {again} If this returns, send the log to the maker.',
  ),
};
