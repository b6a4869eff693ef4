/**
 * What a value is called that must not reach a log, wherever it stands: secrets, and what tells of a person. Upper and lower
 * case and what joins words do not matter: access_token, X-Access-Token and accessToken are the same.
 */
const anywhere = [
  ...["password", "passwd", "passphrase", "secret", "token", "authorization", "cookie", "credential", "signature"],
  ...["apikey", "accesskey", "privatekey", "servicekey", "signingkey", "sessionid", "jwt", "onetimecode"],
  ...["email", "phone", "displayname", "firstname", "lastname", "fullname", "recipient", "postalcode", "birth"],
  ...["useragent", "ipaddress", "remoteaddress", "clientaddress"],
  ...["cardnumber", "securitycode", "iban"],
];
/** As a whole only: within other names they mean something else. */
const whole = [
  "auth",
  "otp",
  "pin",
  "pwd",
  "pass",
  "cvc",
  "cvv",
  "line1",
  "line2",
  "dsn",
  "address",
  "addresses",
  "ip",
];

const sensitive = new RegExp(`${anywhere.join("|")}|^(?:${whole.join("|")})$`);
const verdicts = new Map<string, boolean>();
const maxVerdicts = 2_000;

/** Whether what has this name is left out of logs. */
export function isSensitive(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict = sensitive.test(
    name
      .slice(0, 200)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, ""),
  );
  if (verdicts.size >= maxVerdicts) verdicts.clear();
  verdicts.set(name, verdict);
  return verdict;
}
