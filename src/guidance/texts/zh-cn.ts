/** Simplified Chinese, in the terms of Microsoft's portals (21Vianet's included). */
import { type GuidanceId } from '../entries.ts';
import { type GuidanceText } from '../types.ts';
import { type LanguageTexts } from './language.ts';
import { zhCnDevice } from './zh-cn-device.ts';
import { zhCnScan } from './zh-cn-scan.ts';
import { zhCnMailServer } from './zh-cn-mail-server.ts';
import { zhCnSignIn } from './zh-cn-sign-in.ts';
import { zhCnSpoken } from './zh-cn-spoken.ts';
import { speakerOf } from './speaker.ts';

export const zhCn: LanguageTexts = {
  language: 'zh-CN',
  texts: { ...zhCnDevice, ...zhCnScan, ...zhCnMailServer, ...zhCnSignIn } satisfies Readonly<
    Record<GuidanceId, GuidanceText>
  >,
  fillIn: {
    deviceEmailAddress: '设备电子邮件地址',
    upn: '登录帐户',
    tenant: '租户',
    clientId: '客户端 ID',
    cloud: '云',
    smtpHost: '邮件服务器',
    loginHost: '登录主机',
    consentLink: '同意链接：请先设置客户端 ID',
    portalUrl: '所选云的管理门户',
    mailbox: '本设备的邮箱',
    connect: 'Connect-ExchangeOnline',
    queueId: '邮件编号',
    host: '服务器名称',
    smtpPort: '587',
    proxy: '代理服务器',
  },
  paths: {
    pathApps: ['Microsoft Entra ID > 应用注册', 'Entra ID > 应用注册'],
    pathEnterpriseApps: ['Microsoft Entra ID > 企业应用程序', 'Entra ID > 企业应用'],
    pathUsers: ['Microsoft Entra ID > 用户', 'Entra ID > 用户'],
    pathSignInLogs: ['Microsoft Entra ID > 登录日志', 'Entra ID > 监视和运行状况 > 登录日志'],
    pathConditionalAccess: ['Microsoft Entra ID > 安全性 > 条件访问 > 策略', 'Entra ID > 条件访问 > 策略'],
    pathSecurityDefaults: ['Microsoft Entra ID > 属性 > 管理安全默认值', 'Entra ID > 概述 > 属性 > 管理安全默认值'],
    pathRiskyUsers: ['Microsoft Entra ID > 安全性 > 有风险的用户', 'ID 保护 > 有风险的用户'],
    pathCrossTenant: ['Microsoft Entra ID > 外部标识 > 跨租户访问设置', 'Entra ID > 外部标识 > 跨租户访问设置'],
  },
  again: {
    byItself: { sentence: '设备会自动重试。', panel: '设备会自动重试。' },
    bySignIn: { sentence: '登录已结束；问题排除后请重新开始登录。', panel: '请稍后重新开始登录。' },
  },
  support: {
    intro: '如需寻求帮助，请原样发送以下内容：',
    message: '邮件',
    time: '时间',
    number: '编号',
    answer: '应答',
  },
  say: speakerOf(zhCnSpoken),
  sentences: {
    nobody: '无人',
    wrong: (title) => `${title}。`,
    attention: '有问题需要处理。',
    ready: (upn, deviceEmailAddress, isSharedMailbox) =>
      `就绪：已登录 ${upn}，邮件以 ${deviceEmailAddress}${isSharedMailbox ? '（共享邮箱）' : ' '}发出。`,
    relayOnly: (host) => `就绪：扫描件发往 ${host}，无需登录。`,
    starting: '正在获取代码。',
    code: '正在等待在手机上输入代码。',
    confirm: (upn) => `${upn} 已登录，正在等待确认“使用此邮箱”。`,
    proving: (upn, trouble) =>
      `已登录 ${upn}，正在等待邮件服务器认可。${trouble === undefined ? '' : `遇到问题：${trouble}，稍后再次询问。`}`,
    unproven: (upn) => `已登录 ${upn}，将在下次扫描时询问邮件服务器。`,
  },
};
