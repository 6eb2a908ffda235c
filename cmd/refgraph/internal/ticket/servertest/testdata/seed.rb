# Users, a project and their keys, as JSON in the first line; then whatever Ruby
# the lines of standard input say, until they end.
Setting.rest_api_enabled = '1'
Setting.login_required = '0'
admin = User.find_by(login: 'admin')
admin.must_change_passwd = false
admin.save!(validate: false)
make = lambda do |login|
  u = User.new(firstname: login, lastname: 'Test', mail: "#{login}@example.invalid", language: 'en')
  u.login = login
  u.password = u.password_confirmation = "#{login}-password"
  u.save!
  u
end
bot, reader = make.('refgraph-bot'), make.('reader')
project = Project.create!(name: 'Orders', identifier: 'orders', is_public: true,
                          enabled_module_names: %w[issue_tracking], trackers: Tracker.all.to_a)
devel = Role.find_by(name: 'Developer') || Role.givable.first
devel.add_permission!(:view_issues, :add_issues, :edit_issues, :add_issue_notes, :edit_own_issue_notes)
Member.create!(project: project, principal: bot, roles: [devel])
puts({ key: bot.api_key, reader_key: reader.api_key }.to_json)
$stdout.flush
while (line = $stdin.gets)
  begin
    puts eval(line).to_s.lines.first.to_s.chomp
  rescue StandardError => e
    puts "error: #{e.message.lines.first}"
  end
  $stdout.flush
end
