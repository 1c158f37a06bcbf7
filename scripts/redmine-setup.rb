# What the tests of the redmine connector need: a project, a tracker, statuses, three custom fields of issues, and an
# administrator with a known API key. Run by scripts/with-redmine.sh inside of Redmine.
Redmine::DefaultData::Loader.load('en') if Redmine::DefaultData::Loader.no_data?
Setting.rest_api_enabled = '1'

admin = User.find_by!(login: 'admin')
admin.update!(must_change_passwd: false, language: 'en')
admin.api_token&.destroy
Token.create!(user: admin, action: 'api').update_column(:value, ENV.fetch('DOVETAIL_TEST_REDMINE_KEY'))

tracker = Tracker.find_by!(name: 'Feature')
fields = {
  'External id' => { field_format: 'string', is_filter: true },
  'Deal value' => { field_format: 'float', min_length: 0 },
  'Stage' => { field_format: 'list', is_required: true, possible_values: %w[open quoted won lost] },
  'Close date' => { field_format: 'date' }
}.map do |name, attributes|
  IssueCustomField.create!({ name: name, is_for_all: true, trackers: [tracker] }.merge(attributes))
end

project = Project.create!(name: 'Sales', identifier: 'sales', trackers: [tracker], is_public: false)
project.enabled_module_names = %w[issue_tracking]
puts({ project: project.id, tracker: tracker.id, fields: fields.to_h { |field| [field.name, field.id] } }.to_json)
