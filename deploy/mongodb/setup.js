// Runs in mongosh. Initiates the replica set of one and makes the application's user with least rights. Safe to repeat.
const fs = require('node:fs');
const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, 'utf8').trim();

const { MONGODB_HOST: host, MONGODB_DATABASE: database } = process.env;
const login = `mongodb://root:${encodeURIComponent(secret('mongodb_root_password'))}@${host}/admin?directConnection=true`;

// While the image makes its first user, the server listens to itself alone and then starts anew.
function connected() {
  for (let tries = 1; ; tries += 1) {
    try {
      return connect(login);
    } catch (problem) {
      if (tries >= 60) throw problem;
      sleep(2_000);
    }
  }
}
const admin = connected();

try {
  admin.adminCommand({ replSetGetStatus: 1 });
} catch (problem) {
  if (problem.codeName !== 'NotYetInitialized') throw problem;
  admin.adminCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } });
}
for (let tries = 0; !admin.hello().isWritablePrimary; tries += 1) {
  if (tries >= 60) throw new Error('the replica set has no primary after 60 s');
  sleep(1_000);
}

const app = admin.getSiblingDB(database);
// readWrite alone cannot change validators (collMod), and the worker keeps those up to date at its start.
const role = {
  privileges: [{ resource: { db: database, collection: '' }, actions: ['collMod'] }],
  roles: [{ role: 'readWrite', db: database }],
};
if (app.getRole('phoenixWorker') === null) app.createRole({ role: 'phoenixWorker', ...role });
else app.updateRole('phoenixWorker', role);

const user = { pwd: secret('mongodb_app_password'), roles: [{ role: 'phoenixWorker', db: database }] };
if (app.getUser('phoenix') === null) app.createUser({ user: 'phoenix', ...user });
else app.updateUser('phoenix', user);
print(`replica set rs0 is up, user phoenix may read and write ${database}`);
