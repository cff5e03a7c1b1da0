// The sections on an experiment's page for its profiles, and their text if nothing was profiled. The rest (profile_body.js) is a
// separate chunk. Like the profiles it is requested once, after the last window.
import { get } from '../api.js';
import { element } from '../dom.js';

const notProfiled =
  'Not profiled. An experiment with “Profile: yes” (under “More settings”; in JSON "profile": true) has one more run of each ' +
  'configuration, which shows where the time goes and what each copy costs.';

export class ProfileView {
  // context: {say, signal, remember}; remember(part of the state) writes it into the address.
  constructor(id, context) {
    this.id = id;
    this.context = context;
    this.words = element('div', { class: 'copy-costs' });
    this.place = element('div', {}, element('p', { class: 'muted' }, notProfiled));
    this.node = element(
      'section',
      { class: 'profiles', 'aria-labelledby': 'profiles', hidden: true },
      element('h2', { id: 'profiles' }, 'Where the cycles go'),
      this.place,
    );
  }

  // Called after each change of the experiment or of the choices.
  update(data, state) {
    this.node.hidden = !data.final;
    if (!data.final || !(data.experiment.spec.profile || data.profiles.length)) return;
    this.show(data, state).catch((error) => {
      this.body = undefined;
      if (!this.context.signal.aborted) this.context.say(error);
    });
  }

  async show(data, state) {
    this.body ??= this.read();
    await (await this.body).update(data, state);
  }

  async read() {
    const [{ ProfileBody }, answer] = await Promise.all([
      import('./profile_body.js'),
      get(`experiments/${this.id}/profiles`, this.context.signal),
    ]);
    return new ProfileBody(this.id, answer, { ...this.context, words: this.words, place: this.place });
  }
}
