/** What Home leaves out because it is said already, in the languages of the device. */
import { describe, expect, test } from '@jest/globals';
import { isSaidAgain } from '../../panel-ui/control-panel/glance.ts';

describe('a sentence and the advice under it', () => {
  test.each([
    ['Client id is missing.', 'No client id is set. An administrator must enter it before the sign-in.', true],
    ['Account and device address differ.', 'Account and device address differ. Use the UPN as device address.', true],
    // The reason is in the sentence only.
    ['Redirect address is not registered.', 'The consent page showed an error. Tell the administrator.', false],
    ['没有应答。', '邮件服务没有应答。设备会自动重试。', true],
    ['同意请求被拒绝。', '手机请求授权时选择了“取消”。请重试并选择“接受”。', false],
    ['代碼錯誤或已失效。', '代碼錯誤或已失效，請取得新代碼。', true],
    ['サインインは不要です。', 'このメール サーバーでは、本機でのサインインは不要です。', true],
    ['サインイン後に設定が変更されました。', 'もう一度サインインしてください。', false],
    // Nothing to compare: while the advice is on its way, the sentence stands.
    ['No answer.', '', false],
    ['', 'No answer.', false],
  ])('%s %s: said again %s', (sentence, advice, isAgain) => {
    expect(isSaidAgain(sentence, advice)).toBe(isAgain);
  });
});
