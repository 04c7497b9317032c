/** English: what happens in this device and on its network. Keys are ids of `entries.ts`. */
import { say } from './text.ts';

export const enDevice = {
  // Intake
  'message-too-large': say(
    'Scan too large',
    'The scan is too large to send. Scan|again with a lower resolution or fewer|pages.',
    'The scan[ ({size})] is larger than this device accepts. Scan again with a lower resolution, in black and white, or in two parts.',
    'An administrator can raise "Largest message" in the settings, up to what the mail server takes.',
  ),
  'header-too-large': say(
    'Message header too large',
    'The message could not be taken. Use|fewer addresses and a shorter subject.',
    'The message header is larger than this device accepts. This happens with a very long subject or very many addresses. Send to fewer people at a time.',
  ),
  'too-many-recipients': say(
    'Too many recipients',
    'Too many addresses in one message. The|rest is sent separately.',
    'One message can go to a limited number of addresses. The remaining recipients are sent in further messages; a program that hands in mail must do the same.',
  ),
  'bad-address': say(
    'Address is not complete',
    'Check the address: it must look like|name@example.com.',
    'One of the addresses is not a complete e-mail address. Correct it in the address book or type it again.',
  ),
  'address-needs-smtputf8': say(
    'Address with special letters',
    'This address has letters that mail|cannot carry here. Use another address|of that person.',
    'The part before the @ has letters that the mail server on the way does not take. Ask the person for an address with plain letters.',
  ),
  'no-recipients': say(
    'No recipient',
    'Choose at least one address and scan|again.',
    'The message had no valid recipient, so there was nowhere to send it.',
  ),
  'sender-not-permitted': say(
    'Sender not permitted',
    'This sender address is not permitted.|Use the address of this device.',
    'The settings permit only certain sender addresses, and the one in the message is none of them. Messages from {deviceEmailAddress} are permitted.',
    'Set the sender of the scan to {deviceEmailAddress}, or add the address to "Permitted addresses". The mailbox must also be allowed to send as it.',
  ),
  'bare-line-end': say(
    'Message in a wrong format',
    'The message has a format error. Ask the|maker for newer firmware.',
    'The program that handed in the message ends its lines in a way that mail forbids, and the settings refuse that.',
    'Update the firmware, or switch "Refuse bare line ends" off: the agent then corrects the line ends.',
  ),
  'line-too-long': say(
    'Message in a wrong format',
    'The message has a line that is too|long. Ask the maker for newer firmware.',
    'The program that handed in the message wrote a line longer than mail allows. Update the firmware or choose another file format.',
  ),
  'unauthorised-pipelining': say(
    'Message in a wrong format',
    'The mail program spoke out of turn and|was refused.',
    'Something sent data before this device was ready for it. Printers do not do that; a web browser or an attack does. If it is a printer, update its firmware.',
  ),
  'client-not-allowed': say(
    'This sender may not use the device',
    'That machine may not send through this|device. Ask the administrator.',
    'A machine tried to send mail through this device, and it is not on the list of those that may.',
    'If it is one of your printers, add its network address to the trusted printers.',
  ),
  'printer-login-needed': say(
    'The printer must log in first',
    'This device wants a log-in from the|printer. Tell the administrator.',
    'A printer handed in mail without a log-in, or without encryption, and is not on the list of trusted printers.',
    'Enter the user name and password for printers in the printer and switch its encryption on, or add its network address to the trusted printers.',
  ),
  'printer-login-refused': say(
    'The printer has a wrong log-in',
    'User name or password in the printer is|wrong. Tell the administrator.',
    'A printer logged in with a user name or password that is not the one set in this device.',
    'Enter the user name and password for printers in the printer again, or set them anew in this device.',
  ),
  'recipient-not-permitted': say(
    'Recipient not permitted',
    'This device sends to certain domains|only. Use another address.',
    'The settings permit only certain recipient domains, and the address is in none of them.',
    'Add the domain to the permitted recipient domains in the settings, or use another address.',
  ),
  'client-unknown': say(
    'Nothing remembered of that printer',
    'Nothing is remembered of that printer.|Let it send once, then look again.',
    'There is no recorded dialogue with that network address: the printer has not connected since the start, or it was long ago.',
    'Let the printer send once, then ask again.',
  ),
  'bad-message': say(
    'Message damaged',
    'The message arrived damaged. Scan|again.',
    'The header of the message could not be read. Scan again; if it happens every time, update the firmware.',
  ),
  'intake-interrupted': say(
    'Message cut short',
    'The scan was interrupted. Scan again.',
    'The connection ended before the whole message had come. Nothing was kept. Scan again.',
  ),
  'sign-in-overdue': say(
    'Waiting for a sign-in',
    'No new scans until someone signs this|device in to its mailbox.',
    'This device has waited for a sign-in for hours and takes no more mail from other machines, so that they report it. Mail already taken is kept and goes out after the sign-in.',
    'Sign in at this device with the account {mailbox}.',
  ),
  // Spool
  'queue-full': say(
    'Queue is full',
    'Too many scans are waiting. See why on|the list of jobs.',
    'As many messages are waiting as this device keeps. Nothing is lost; new scans are accepted as soon as there is room.',
    'Mend what keeps the waiting messages (see the list of jobs), or delete those nobody needs.',
  ),
  'disk-full': say(
    'Storage is full',
    'Not enough storage for this scan. Try|again later or scan fewer pages.',
    'There is not enough free storage for the scan. Storage becomes free when waiting messages have been sent.',
    'Delete messages nobody needs, or free space on the storage of the device.',
  ),
  'storage-failed': say(
    'Storage error',
    'The scan could not be stored. Try|again; if it stays, call service.',
    'The storage of the device did not take the data. If this happens repeatedly, the storage is worn out or damaged.',
  ),
  'storage-degraded': say(
    'Storage reports errors',
    'The storage reports errors. Scans go on;|call service soon.',
    'The storage of this device failed at least once, or could not read a message it kept. New messages are still taken, each is checked when it is stored.',
    'Look into the log for the messages that could not be read, and have the storage (memory card or flash) checked or replaced.',
  ),
  'corrupt-full': say(
    'Too many damaged messages',
    'Damaged messages fill their place. No|new scans. Call service.',
    'So many stored messages turned out to be damaged that no new ones are taken: nothing is thrown away without a person. The storage is probably worn out.',
    'Save the folder "corrupt" below the folder of the messages, empty it, and have the storage replaced.',
  ),
  'spool-unavailable': say(
    'Storage not available',
    'The storage for scans is not available.|Call service.',
    'The folder that keeps the messages could not be opened. New messages are not accepted until it can.',
  ),
  'spool-locked': say(
    'Started twice',
    'The mail agent runs already. Restart|the device.',
    'Another program uses the storage, most likely a second copy of the mail agent.',
    'Stop the other copy, or restart the device.',
  ),
  'job-not-found': say(
    'No such message',
    'That message is not on this device any|more.',
    'There is no message with that number. It may have been sent long ago and forgotten.',
  ),
  'bridge-busy': say(
    'Too many scans at the same time',
    'Too many scans come in at the same time.|Try again in a moment.',
    'The device takes eight scans at the same time over its bridge, and eight are coming in now. Nothing was taken; try again in a moment.',
  ),
  'job-busy': say(
    'Message is being sent',
    'That message is being sent right now.|Try again in a minute.',
    'The message is on its way at this moment and cannot be changed. Try again when the attempt has ended.',
  ),
  'job-finished': say(
    'Message is finished',
    'That message is finished. Nothing was|changed.',
    'The message was sent, failed or deleted before, and its content may be gone. Scan again if it is needed.',
  ),
  'lifetime-over': say(
    'Could not be sent in time',
    'The message could not be sent in time.|Scan again.',
    'The mail server could not be reached, or refused for the time being, until the longest waiting time was over.[ The last answer was: {reply}]',
    'Mend what the last answer names, then send the message again while its content is kept, from the list of jobs or with:\n' +
      'mfp-mail-agent queue retry {queueId}',
  ),
  // Secrets
  'key-unavailable': say(
    'Device key not available',
    'The device key cannot be read. Scans|are kept. Call service.',
    'Messages and sign-in are encrypted with a key of this device, and the key cannot be read. Messages stay where they are; nothing is deleted.',
    'Check the key provider (security chip or key file). If the key is lost for good, stored messages cannot be read any more: decommission the device and sign in again.',
  ),
  'secret-damaged': say(
    'Stored sign-in is damaged',
    'The stored sign-in cannot be read. Sign|in again.',
    'The stored sign-in is damaged or was copied from another device. Waiting messages are kept.',
    'Sign in at this device with the account {mailbox}.',
  ),
  'secret-binding-changed': say(
    'Settings changed since the sign-in',
    'Settings changed since the sign-in.|Sign in again.',
    'The sign-in belongs to other settings (cloud, hosts, client id or certificates). It is never used for changed ones, so that nobody can redirect it.',
    'Check that the change was intended, then sign in at this device with the account {mailbox}.',
  ),
  // Settings
  'settings-invalid': say(
    'Setting not valid',
    'A setting is not valid. It was not|saved.',
    'A value is not possible for its setting. Nothing was changed.',
  ),
  'settings-conflict': say(
    'Settings contradict each other',
    'Two settings do not go together. Scans|wait until that is corrected.',
    'Settings contradict each other, so nothing can be sent safely. The settings page names the fields.',
    'With Exchange Online, switch "Use the authenticated user\'s e-mail address" off, set the sending user to "device", and give a complete device e-mail address.',
  ),
  'settings-need-consent': say(
    'Please confirm the change',
    'The change has consequences. Read them|and confirm.',
    'The change does more than it says, for example it ends the sign-in. Nothing is saved until the consequences are accepted.',
  ),
  'settings-damaged': say(
    'Settings file damaged',
    'The settings were damaged. The last|good ones are used.',
    'The settings file could not be read. The device goes on with the last good copy. Check the settings and save them once.',
  ),
  'settings-from-the-future': say(
    'Settings of a newer version',
    'The settings are of a newer version.|Update the software.',
    'The settings were written by a newer version of this program and are not touched.',
    'Install the newer version again, or import settings exported by this one.',
  ),
  'client-id-missing': say(
    'Client id is missing',
    'No client id is set. An administrator|must enter it before the sign-in.',
    'Your organisation registers this device as an application once and enters the client id it gets. There is no built-in one.',
    'At {pathApps} > New registration.\n' +
      'Authentication > Add a platform > Mobile and desktop applications: https://{loginHost}/common/oauth2/nativeclient\n' +
      'Authentication > Allow public client flows: Yes\n' +
      'API permissions > Microsoft Graph > Delegated: SMTP.Send, offline_access, openid, profile, email\n' +
      'Copy "Application (client) ID" into the setting "Client id".',
  ),
  'client-id-malformed': say(
    'Client id is not complete',
    'The client id is not complete. Copy it|again from the app registration.',
    'A client id has 32 digits in groups of 8-4-4-4-12. Printed instructions have been seen with a hyphen missing.',
    'At {pathApps} > (the app) > Overview: copy "Application (client) ID".',
  ),
  'smarthost-not-set': say(
    'No mail server set',
    'No mail server is set. Scans wait until|an administrator enters one.',
    'The service provider is "not specified", and the name of the mail server is blank.',
    'Enter the mail server, or choose Exchange Online as the service provider.',
  ),
  // Network
  'dns-failed': say(
    'Name not found',
    'The mail service was not found. Check|the network and its name server.|{again}',
    'The network knows no server of the name {host}. {again}',
    'Check the name in the settings, and the DNS server in the network settings of the device: the names {loginHost} and {smtpHost} must be found.',
  ),
  'dns-no-answer': say(
    'No answer from the name server',
    'The name server of the network does not|answer. Check the network cable.|{again}',
    'The name {host} could not be looked up, because no DNS server answered. {again}',
    'Check cable or radio, and the DNS server in the network settings of the device.',
  ),
  'network-down': say(
    'No network',
    'This device has no network. Check the|network cable.|{again}',
    'There is no way from this device into the network: no cable, no radio, no address or no gateway. {again}',
    'Check cable or radio, then address and gateway in the network settings of the device. If it has IPv6 addresses only, {host} must be reachable by IPv6 as well.',
  ),
  'connect-failed': say(
    'No connection',
    'No connection to the mail service.|{again}',
    'The server {host} could not be reached. The network may be down, or a firewall is in between. {again}',
    'Allow the device to reach {smtpHost} on port {smtpPort} and {loginHost} on port 443, by name and not by number. ' +
      'Address lists of some clouds leave out port 587.',
  ),
  'connect-refused': say(
    'Connection refused',
    'The connection was refused. Tell the|administrator.|{again}',
    'Something answered for {host} and refused the connection: a firewall, or a wrong server name or port. {again}',
    'Check server name and port in the settings, and allow the device to reach {smtpHost} on port {smtpPort} and {loginHost} on port 443.',
  ),
  'connect-timeout': say(
    'No answer',
    'The mail service does not answer.|{again}',
    'The server {host} did not answer the connection. A firewall that drops packets looks exactly like this; so does IPv6 that leads nowhere. {again}',
    'Allow the device to reach {smtpHost} on port {smtpPort} and {loginHost} on port 443, by name and not by number. ' +
      'Address lists of some clouds leave out port 587.',
  ),
  'connection-lost': say(
    'Connection lost',
    'The connection broke.|{again}',
    'The connection ended in the middle. What was being sent is kept. {again}',
  ),
  'proxy-refused': say(
    'Proxy refused',
    'The proxy server refused the|connection. Tell the administrator.|{again}',
    'The proxy server {proxy} did not let the connection to {host} through, or could not be reached itself. {again}',
    'Let the proxy allow {loginHost} on port 443, and {smtpHost} on port {smtpPort} if mail goes through it, or correct the proxy in the network settings.',
  ),
  'proxy-authentication': say(
    'Proxy wants a log-in',
    'The proxy server wants a user name and|password. Tell the administrator.|{again}',
    'The proxy server {proxy} asked for a log-in, and none or a wrong one is set. {again}',
    'Enter user and password of the proxy in the network settings, or with:\nmfp-mail-agent settings set network.proxyPassword',
  ),
  'tls-untrusted': say(
    'Certificate not trusted',
    'The server could not prove who it is.|Tell the administrator.|{again}',
    'The certificate of the server is not signed by an authority this device trusts. Networks that inspect encrypted traffic cause this; so does an attack. Nothing secret was sent. {again}',
    'If your network inspects traffic, add its certificate to "Additional certificates"; better, exempt {loginHost} and {smtpHost} from inspection.',
  ),
  'tls-inspected': say(
    'Certificate of a private authority',
    'The server shows a private certificate.|Tell the network team.|{again}',
    'The server showed a certificate of a private authority, as proxies and firewalls do that inspect encrypted traffic; so does an attack. Nothing secret was sent. {again}',
    'Exempt {loginHost} and {smtpHost} from inspection. If that is not possible, add the certificate of the inspecting authority to "Additional certificates".',
  ),
  'tls-wrong-name': say(
    'Certificate for another name',
    'Another server answered than expected.|Tell the administrator.|{again}',
    'The certificate of the server belongs to another name. A wrong server name, or a network that redirects traffic, causes this. Nothing secret was sent. {again}',
    'Check the server name, and that {smtpHost} and {loginHost} are not redirected.',
  ),
  'tls-expired': say(
    'Certificate or clock wrong',
    'A certificate is out of date. Check the|date and time of this device.|{again}',
    'The certificate of the server has ended by the clock of this device. Most often the clock is ahead; else the server must be mended. {again}',
    'Set date, time and time zone, or set a time server.',
  ),
  'certificate-not-yet-valid': say(
    'The clock is behind',
    'By its clock this device lives in the|past. Set date and time.|{again}',
    'The certificate of the server is not valid yet by the clock of this device, so the clock is behind. {again}',
    'Set date, time and time zone, or set a time server.',
  ),
  'tls-failed': say(
    'No secure connection',
    'No secure connection was possible. Tell|the administrator.|{again}',
    'Device and server found no common encryption. The device speaks TLS 1.2 and 1.3 and sends nothing without it. {again}',
    'Allow TLS 1.2 or newer on the way to {smtpHost} and {loginHost}; old firewalls and proxies lower it.',
  ),
  'tls-not-offered': say(
    'Server offers no encryption',
    'The mail server offers no encryption.|Nothing was sent.|{again}',
    'The server did not offer STARTTLS. This device never sends the sign-in without encryption. Something between device and server may be removing the offer. {again}',
    'Exempt {smtpHost} port {smtpPort} from mail inspection in firewalls and virus scanners.',
  ),
  'clock-not-set': say(
    'Clock is not set',
    'Date and time are not set. Set them.|{again}',
    'The clock of this device shows a time before this program was made. Without the right time no certificate can be checked. {again}',
    'Set date, time and time zone, or set a time server.',
  ),
  'timeout': say(
    'Server too slow',
    'The server did not answer in time.|{again}',
    'The server took the connection but did not answer in time. {again}',
  ),
  'reply-invalid': say(
    'Answer not understood',
    'The server gave an unexpected answer.|{again}',
    'What came back was not what such a server says[: {reply}]. Something in between may have answered. {again}',
    'Let the device reach {smtpHost} and {loginHost} directly, without a proxy or inspection in between.',
  ),
  'captive-portal': say(
    'A web page answered',
    'A log-in page of the network answered.|Tell the administrator.|{again}',
    'Instead of the service a web page answered, as in guest networks that want a log-in first. {again}',
    'Let this device into the network without the log-in page, and let it reach {loginHost} directly.',
  ),
  // Everything else
  'login-needed': say(
    'Log-in needed',
    'This needs a log-in.',
    'Nobody is logged in here, or the log-in has ended because nothing was done for a while. Log in again.',
  ),
  'login-refused': say(
    'Password or PIN is wrong',
    'The password or PIN is wrong.',
    'The password or PIN is wrong. If nobody knows it any more, claim the device again with a code from its control panel.',
  ),
  'login-too-often': say(
    'Too many wrong tries',
    'Too many wrong tries. Wait a few|minutes.',
    'There were too many wrong tries. Wait up to 15 minutes, or get a code from the control panel of the device: that ends the wait.',
  ),
  'pin-needed': say(
    'The PIN is needed',
    'Only with the PIN of this panel.|Ask the administrator.',
    'This device has a PIN. Putting another mailbox in the place of its own takes that PIN, because the owner of that mailbox could read every scan.',
    'Enter the PIN on the panel, or log in to Internet Services.',
  ),
  'claim-code-refused': say(
    'Code is wrong or has ended',
    'The code is wrong or has ended.|Get a new one.',
    'The code is not the one that the control panel shows. A code lasts ten minutes and five tries; get a new one there.',
  ),
  'password-refused': say(
    'Password or PIN is too easy',
    'The password or PIN is too easy to|guess.',
    'A password needs 8 to 128 characters, better 15, and must not be one that everybody tries. A PIN needs 4 to 16 digits, not all the same and not counted up or down.',
  ),
  'port-unavailable': say(
    'Port for scans not available',
    'Another program uses the port for|incoming scans. Tell the administrator.',
    'The agent cannot listen for scans: the port is in use by another program, or this user may not open it. It tries again every 30 seconds. Mail that waits is sent all the same.',
    'End the other program, or choose another port and enter it in the printer too:\nmfp-mail-agent settings set intake.loopbackPort 2526',
  ),
  'not-implemented': say('Not available', 'This version cannot do that.', 'The function is not part of this version.'),
  'bad-request': say(
    'Request not valid',
    'The request was not understood.|Nothing was changed.',
    'A program asked for something in a form that is not valid. Nothing was changed.',
  ),
  'daemon-not-running': say(
    'Mail agent is not running',
    'The mail agent is not running. Restart|the device.',
    'The program that sends the scans is not running, so it cannot be asked.',
    'Start the service mfp-mail-agent, or restart the device.',
  ),
  'stopping': say(
    'Device is shutting down',
    'The device is restarting. Try again in|a minute.',
    'The mail agent is being stopped or restarted. Messages are kept.',
  ),
  'internal': say(
    'Internal fault',
    'Something went wrong. The message is|kept and tried again.',
    'A fault of this program. Nothing is lost: messages are kept and tried again. If it stays, send the log to the maker.',
  ),
  'signed-not-convertible': say(
    'Signed message not possible',
    'The mail server cannot take this|signed message. Tell the administrator.',
    'The message is signed, and has characters or lines this mail server does not take. Converting it would break the signature, so it was not sent.',
    'Switch signing off in the scan profile, or use a mail server with the extension 8BITMIME.',
  ),
  'eight-bit-not-possible': say(
    'Format not possible',
    'The mail server cannot take this|message. Choose another file format.',
    'The message has characters that this mail server does not take as they are. Update the firmware, or use another mail server.',
  ),
  'by-person': say(
    'Held by a person',
    'Somebody keeps this scan back. It waits|until it is released.',
    'Somebody has put this message on hold. It is kept and not tried until it is released.',
    'Release it in the list of jobs, or with:\nmfp-mail-agent queue release {queueId}',
  ),
  'repeated-crash': say(
    'Set aside after faults',
    'The agent stopped twice while sending|this scan. Tell the administrator.',
    'The mail agent ended twice in the middle of sending this message, so it is kept and not tried again by itself. The others go on.',
    'Try it once more from the list of jobs, or with:\nmfp-mail-agent queue retry {queueId}\n' +
      'If the agent ends again, delete the message and send the log to the maker:\nmfp-mail-agent queue delete {queueId}',
  ),
  'safe-mode': say(
    'The agent ended again and again; nothing is sent',
    'The mail agent failed several times.|Scans are kept, not sent. Tell the|administrator.',
    'The mail agent ended unexpectedly five times within ten minutes. It now runs in safe mode: scans are taken and kept, but nothing is sent and the hot folder is not emptied. After half an hour without a fault it goes back to normal by itself.',
    'Save the log, it shows what was done last. Then let the agent go on by switching the device off and on, or with:\nmfp-mail-agent leave-safe-mode\nIf it ends again, send the log to the maker.',
  ),
};
