namespace Lab.Media.Kickstart;

/// <summary>
/// The commands, after pykickstart's documentation and the installation guides of the versions. A row is: names; the versions that know
/// them (8, 9, X for 10, F for Fedora); how often, 1 or n, then after a colon what tells two of them apart, and after a slash the kind of
/// which only one can be given; how many arguments; the options. <c>=</c> stands for a value, <c>=#</c> a number, <c>=?</c> a value that can
/// be left out, <c>=a|b</c> a choice; <c>!</c> is required; <c>@</c> limits it to versions. Of &lt;a|b&gt; exactly one is to be given, of [a|b] one at
/// most, of {a|b} one at least. LUKS are the options of encrypted devices.
/// </summary>
internal sealed partial class KickstartSyntax
{
    private const string Luks =
        "--encrypted --passphrase= --escrowcert= --backuppassphrase --cipher= --luks-version= --pbkdf= --pbkdf-memory=# --pbkdf-time=# --pbkdf-iterations=# --hw-passphrase=@F";

    private const string Table = """
        auth,authconfig 89 1 any
        authselect 89XF 1 any
        autopart 89XF 1 0 --type=lvm|plain|thinp|partition@89X --type=lvm|plain|thinp|partition|btrfs@F --fstype= --nolvm --nohome --noboot --noswap --hibernation@9XF LUKS [--pbkdf-time|--pbkdf-iterations]
        autostep 89 1 0 --autoscreenshot
        bootc XF 1/source 0 --stateroot= --source-imgref=! --target-imgref=
        bootloader 89XF 1 0 --append= --location=mbr|partition|none|boot --password= --iscrypted --md5pass= --driveorder= --boot-drive= --timeout=# --default= --leavebootorder --extlinux@F --disabled --nombr --upgrade@8 --sdboot@XF
        btrfs F n 1- --noformat --useexisting --label= --data= --metadata= --subvol --parent= --name= --mkfsoptions=
        cdrom 89XF 1/source 0
        clearpart 89XF 1 0 --all --linux --none --list= --drives= --initlabel --disklabel= --cdl [--all|--linux|--none]
        graphical,text,cmdline 89XF 1/display 0 --non-interactive
        device,deviceprobe,dmraid,multipath,nvdimm 89XF n any
        driverdisk 89XF n 0-1 --source= --biospart=
        eula 89XF 1 0 --agreed,--agree,--accepted,--accept!
        fcoe 89XF n 0 --nic=! --dcb --autovlan
        firewall 89XF 1 0 --enabled,--enable --disabled,--disable --port= --trust= --service= --remove-service= --use-system-defaults --ssh --http --smtp --ftp [--enabled|--disabled]
        firstboot 89XF 1 0 --enabled,--enable --disabled,--disable --reconfig [--enabled|--disabled]
        group 89XF n:--name 0 --name=! --gid=#
        reboot,poweroff,shutdown,halt 89XF 1/end 0 --eject --kexec
        harddrive 8 1/source 0 --partition= --biospart= --dir=! <--partition|--biospart>
        harddrive 9XF 1/source 0 --partition=! --dir=!
        hmc 89XF 1/source 0
        ignoredisk 89XF 1 0 --drives= --only-use= --interactive@8 [--drives|--only-use|--interactive]
        install 8 1 0 --root-device=
        iscsi 89XF n 0 --ipaddr=! --target= --port=# --user= --password= --reverse-user= --reverse-password= --iface=
        iscsiname 89XF 1 1
        keyboard 89XF 1 0-1 --vckeymap= --xlayouts= --switch=
        lang 89XF 1 1 --addsupport=
        liveimg 89XF 1/source 0 --url=! --proxy= --noverifyssl --checksum=
        logging 89XF 1 0 --host= --port=# --level=debug|info|warning|error|critical@89
        logvol 89XF n 1 --name=! --vgname=! --fstype= --size=# --percent=# --recommended --grow --maxsize=# --noformat --useexisting --resize --hibernation --label= --fsoptions= --fsprofile= --mkfsoptions= --thinpool --thin --poolname= --chunksize=# --metadatasize=# --profile= --cachepvs= --cachesize=# --cachemode= LUKS [--thin|--thinpool]
        mediacheck 89XF 1 0
        module 89XF n 0 --name=! --stream= --disable
        mount 89XF n 2 --reformat=? --mkfsoptions= --mountoptions=
        network 89XF n 0 --bootproto=dhcp|bootp|static|query|ibft --device= --activate --no-activate --hostname= --ip= --netmask= --gateway= --nameserver= --ipv6= --ipv6gateway= --noipv4 --noipv6 --nodns --nodefroute --onboot=yes|no|on|off|true|false|1|0 --mtu=# --dhcpclass= --interfacename= --bridgeslaves= --bridgeopts= --bondslaves= --bondopts= --teamslaves= --teamconfig= --vlanid= --bindto=mac --ethtool= --essid= --wepkey= --wpakey= --notksdevice --ipv4-dns-search=@9XF --ipv6-dns-search=@9XF --ipv4-ignore-auto-dns@9XF --ipv6-ignore-auto-dns@9XF [--activate|--no-activate]
        nfs 89XF 1/source 0 --server=! --dir=! --opts=
        ostreecontainer 9XF 1/source 0 --url=! --stateroot= --transport= --remote= --no-signature-verification
        ostreesetup 89XF 1/source 0 --osname=! --url=! --ref=! --remote= --nogpg
        part,partition 89XF n 1 --fstype,--type= --size=# --recommended --grow --maxsize=# --ondisk,--ondrive= --onpart,--usepart= --onbiosdisk= --asprimary --active --noformat --resize --hibernation --label= --fsoptions= --fsprofile= --mkfsoptions= LUKS
        raid 89XF n 1- --device=! --level= --fstype,--type= --spares=# --chunksize=# --noformat --useexisting --label= --fsoptions= --fsprofile= --mkfsoptions= LUKS
        rdp XF 1 0 --username= --password=
        realm 89XF n any
        repo 89XF n:--name 0 --name=! --baseurl= --mirrorlist= --metalink= --cost=# --excludepkgs= --includepkgs= --ignoregroups=true|false|yes|no|on|off|1|0@89 --proxy= --noverifyssl --sslcacert= --sslclientcert= --sslclientkey= --install [--baseurl|--mirrorlist|--metalink]
        reqpart 89XF 1 0 --add-boot
        rescue 89XF 1 0 --nomount --romount [--nomount|--romount]
        rhsm 89X 1 0 --organization=! --activation-key=! --connect-to-insights --server-hostname= --rhsm-baseurl= --proxy=
        rootpw 89XF 1 0-1 --iscrypted --plaintext --lock --allow-ssh@9XF [--iscrypted|--plaintext]
        selinux 89XF 1 0 --enforcing --permissive --disabled [--enforcing|--permissive|--disabled]
        services 89XF 1 0 --enabled= --disabled= {--enabled|--disabled}
        skipx 89XF 1 0
        snapshot 89XF n 1 --name=! --when=pre-install|post-install!
        sshkey 89XF n 1 --username=!
        sshpw 89XF n:--username 0-1 --username=! --iscrypted --plaintext --lock --sshkey [--iscrypted|--plaintext|--sshkey]
        syspurpose 89X 1 0 --role= --sla= --usage= --addon=
        timesource 9XF n 0 --ntp-server= --ntp-pool= --ntp-disable --nts <--ntp-server|--ntp-pool|--ntp-disable>
        timezone 8 1 1 --utc,--isUtc --nontp --ntpservers= [--nontp|--ntpservers]
        timezone 9XF 1 0-1 --utc,--isUtc@9 --utc@XF --nontp@9 --ntpservers=@9 [--nontp|--ntpservers]
        updates 89XF 1 0-1
        url 89XF 1/source 0 --url= --mirrorlist= --metalink= --proxy= --noverifyssl --sslcacert= --sslclientcert= --sslclientkey= <--url|--mirrorlist|--metalink>
        user 89XF n:--name 0 --name=! --groups= --homedir= --shell= --gecos= --uid=# --gid=# --password= --iscrypted --plaintext --lock [--iscrypted|--plaintext]
        vnc 89XF 1 0 --host= --port=# --password=
        volgroup 89XF n:0 1- --noformat --useexisting --pesize=# --reserved-space=# --reserved-percent=#
        xconfig 89XF 1 0 --defaultdesktop= --startxonboot
        zerombr 89XF 1 0
        zfcp 89XF n 0 --devnum=! --wwpn= --fcplun=
        zipl 89XF 1 0 --secure-boot --no-secure-boot --force-secure-boot
        %pre,%pre-install,%onerror,%traceback 89XF n 0 --interpreter= --log,--logfile= --erroronfail
        %post 89XF n 0 --interpreter= --log,--logfile= --erroronfail --nochroot
        %packages 89XF n 0 --excludedocs --ignoremissing --ignorebroken@9XF --nocore --default --multilib --inst-langs,--instLangs= --exclude-weakdeps,--excludeWeakdeps --timeout=# --retries=# [--default|--nocore]
        %addon 89XF n any
        %anaconda 89 n 0
        %certificate XF n 0 --filename=! --dir=
        """;
}
