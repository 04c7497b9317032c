import { type SharedTexts } from './texts.ts';

export const sharedTexts: SharedTexts = {
  loading: '正在加载……',
  tryAgain: '重试',
  close: '关闭',
  cancel: '取消',
  copy: '复制',
  copied: '已复制',
  whatToDo: '处理方法',
  toPassOn: '请转告',
  whoMends: '可由谁处理：',
  people: {
    person: '扫描的人',
    technician: '设备旁的技术人员',
    administrator: '组织的管理员',
    network: '网络负责人',
    developer: '技术支持',
    nobody: '无需任何人，会自动恢复',
  },
  toSupport: '发送给技术支持的内容',
  noAnswer: '邮件代理没有响应。',
  connectionLost: '与邮件代理的连接已断开，正在重试……',
  wentWrong: '操作未成功',
  lamps: { green: '绿色', amber: '黄色', red: '红色', off: '熄灭' },
};
